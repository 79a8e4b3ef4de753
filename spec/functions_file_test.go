package spec

import (
	"encoding/json"
	"os"
	"path/filepath"
	"strings"
	"syscall"
	"testing"

	"github.com/hashicorp/hcl/v2"
	"github.com/zclconf/go-cty/cty"
)

// TestFileFunctionsStayInside: whatever reads a file or asks for one, nothing but the module's own regular files is told of.
func TestFileFunctionsStayInside(t *testing.T) {
	f := folder(t, "a.md", "sub/b.md", "runs/x/run_1.json", "st*r.md")
	secret := filepath.Join(t.TempDir(), "secret.md")
	if err := os.WriteFile(secret, []byte("secret"), 0o600); err != nil {
		t.Fatal(err)
	}
	for name, target := range map[string]string{"link.md": secret, "folder": filepath.Dir(secret), "zero": "/dev/zero", "loop": "loop", "inside.md": "a.md", "linked": "sub"} {
		if err := os.Symlink(target, filepath.Join(f.dir, name)); err != nil {
			t.Fatal(err)
		}
	}
	if err := syscall.Mkfifo(filepath.Join(f.dir, "pipe"), 0o600); err != nil {
		t.Skip(err)
	}
	if err := os.WriteFile(filepath.Join(f.dir, "huge"), nil, 0o600); err != nil {
		t.Fatal(err)
	}
	if err := os.Truncate(filepath.Join(f.dir, "huge"), 1<<40); err != nil {
		t.Skip(err)
	}
	all := functions(f)
	for _, path := range []string{secret, "../x", "/dev/zero", "link.md", "folder/secret.md", "zero", "loop", "pipe", "huge", "sub", "", ".", "a.md\x00"} {
		for _, name := range []string{"file", "filebase64", "filemd5", "filesha1", "filesha256", "filesha512", "filebase64sha256", "filebase64sha512"} {
			if v, err := all[name].Call([]cty.Value{cty.StringVal(path)}); err == nil {
				t.Errorf("%s(%q) gives %#v", name, path, v)
			}
		}
		if v, err := all["fileexists"].Call([]cty.Value{cty.StringVal(path)}); err == nil && v.True() && path != "huge" {
			t.Errorf("%q is said to exist", path)
		}
		if v, err := all["templatefile"].Call([]cty.Value{cty.StringVal(path), cty.EmptyObjectVal}); err == nil {
			t.Errorf("templatefile(%q) gives %#v", path, v)
		}
	}
	for path, want := range map[string]bool{
		"a.md": true, "./sub/../a.md": true, "inside.md": true, "*.md": false, "st*r.md": true, "sub": false, "none.md": false, "a.md/x": false,
		"runs/x/run_1.json": true, "linked/b.md": true, "linked": false,
	} {
		if v, err := all["fileexists"].Call([]cty.Value{cty.StringVal(path)}); err != nil || v.True() != want {
			t.Errorf("fileexists(%q): got %#v, %v", path, v, err)
		}
		if v, err := all["file"].Call([]cty.Value{cty.StringVal(path)}); (err == nil) != want {
			t.Errorf("file(%q): got %#v, %v", path, v, err)
		}
	}
}

// TestFilesInRun: a run has what the plan read, be it text or not, and knows what is not there.
func TestFilesInRun(t *testing.T) {
	dir := t.TempDir()
	for name, content := range map[string]string{"a.bin": "\xff\x00", "a.md": "a", "e.hcl": `
workload "w" {
  step "s" {
    prompt = "p"

    extract {
      v = self.response == "" ? "" : join(" ", concat([filebase64("a.bin"), tostring(fileexists("none")), tostring(fileexists("a.md")), file("a.md")], fileset("*.bin")))
    }
  }

  step "t" {
    prompt = step.s.extract.v
  }
}
`} {
		if err := os.WriteFile(filepath.Join(dir, name), []byte(content), 0o600); err != nil {
			t.Fatal(err)
		}
	}
	m, diags := Load([]string{dir}, Options{})
	if diags.HasErrors() {
		t.Fatal(diags)
	}
	text, err := json.Marshal(m.programs[m.Workloads[0].Ref])
	if err != nil {
		t.Fatal(err)
	}
	var p Program
	if err := json.Unmarshal(text, &p); err != nil {
		t.Fatal(err)
	}
	run, err := p.Start()
	if err != nil {
		t.Fatal(err)
	}
	if err := run.Answered(p.Steps[0], "answer", 1); err != nil {
		t.Fatal(err)
	}
	if got, err := run.Prompt(p.Steps[1]); err != nil || got != "/wA= false true a a.bin" {
		t.Errorf("got %q, %v", got, err)
	}
}

// TestEnv: what the environment gives is sensitive, and there is none but what Options give.
func TestEnv(t *testing.T) {
	t.Setenv("BENCH_TEST", "from the process")
	f := folder(t)
	f.environ = []string{"BENCH_TEST_KEY=hunter2", "BENCH_TEST_EMPTY="}
	env := functions(f)["env"]
	for name, want := range map[string]string{"BENCH_TEST_KEY": "hunter2", "BENCH_TEST_EMPTY": "", "BENCH_TEST": "none", "": "none", "BENCH_TEST_KEY=hunter2": "none"} {
		v, err := env.Call([]cty.Value{cty.StringVal(name), cty.StringVal("none")})
		if err != nil || !v.HasMark(sensitiveMark) {
			t.Fatalf("env(%q) gives %#v, %v", name, v, err)
		}
		if bare, _ := v.Unmark(); bare.AsString() != want {
			t.Errorf("env(%q) gives %q", name, bare.AsString())
		}
	}
	if _, err := env.Call([]cty.Value{cty.StringVal("BENCH_TEST")}); err == nil || !strings.Contains(err.Error(), "has no BENCH_TEST") {
		t.Errorf("got %v", err)
	}
}

// TestTemplateInItself: no way leads a template back to itself.
func TestTemplateInItself(t *testing.T) {
	dir := t.TempDir()
	for name, content := range map[string]string{
		"a.tmpl": `${templatefile("b.tmpl", {})}`, "b.tmpl": `${templatefile("a.tmpl", {})}`, "c.tmpl": `${render("c.tmpl")}`,
		"e.hcl": "function \"render\" {\n params = [path]\n result = templatefile(path, {})\n}\nlocals {\n a = templatefile(\"a.tmpl\", {})\n c = render(\"c.tmpl\")\n}\n",
	} {
		if err := os.WriteFile(filepath.Join(dir, name), []byte(content), 0o600); err != nil {
			t.Fatal(err)
		}
	}
	_, diags := Load([]string{dir}, Options{})
	if len(diags.Errs()) != 2 || diags[0].Summary != "Unknown function" || diags[1].Summary != "Unknown function" {
		t.Errorf("got %v", hcl.Diagnostics(diags))
	}
}
