//go:build ignore

// model writes a small llama-architecture model with seeded random weights in GGUF, so that a real inference server can be
// tested on a machine that can't download one. What it says is gibberish; loading, prefill, decoding and unloading are real.
//
//	go run .ci/model.go OUT WIDTH LAYERS HEADS FEEDFORWARD VOCABULARY CONTEXT
package main

import (
	"bufio"
	"encoding/binary"
	"fmt"
	"log"
	"math"
	"math/rand/v2"
	"os"
	"strconv"
)

// Types of GGUF metadata, and the alignment of its tensors in bytes. Format: version 3.
const (
	typeUint32, typeInt32, typeFloat32, typeBool, typeString, typeArray = 4, 5, 6, 7, 8, 9

	alignment = 32
)

type shape struct {
	width, layers, heads, feedForward, vocabulary, context int
}

type tensor struct {
	name  string
	dims  []int
	scale float64 // standard deviation of the weights; 0: all ones
}

func main() {
	if len(os.Args) != 8 {
		log.Fatal("usage: model OUT WIDTH LAYERS HEADS FEEDFORWARD VOCABULARY CONTEXT")
	}
	var n [6]int
	for i := range n {
		v, err := strconv.Atoi(os.Args[i+2])
		if err != nil {
			log.Fatal(err)
		}
		n[i] = v
	}
	f, err := os.Create(os.Args[1])
	if err != nil {
		log.Fatal(err)
	}
	w := &writer{Writer: bufio.NewWriterSize(f, 1<<20)}
	w.model(shape{n[0], n[1], n[2], n[3], n[4], n[5]})
	if err := w.Flush(); err != nil {
		log.Fatal(err)
	}
	if err := f.Close(); err != nil {
		log.Fatal(err)
	}
}

// writer counts what it writes, for the alignment. Its errors come out at Flush.
type writer struct {
	*bufio.Writer
	at int
}

func (w *writer) raw(b []byte) {
	n, _ := w.Write(b)
	w.at += n
}

func (w *writer) u32(v int) { w.raw(binary.LittleEndian.AppendUint32(nil, uint32(v))) }
func (w *writer) u64(v int) { w.raw(binary.LittleEndian.AppendUint64(nil, uint64(v))) }
func (w *writer) f32(v float64) {
	w.raw(binary.LittleEndian.AppendUint32(nil, math.Float32bits(float32(v))))
}

func (w *writer) text(s string) {
	w.u64(len(s))
	w.raw([]byte(s))
}

func (w *writer) pad() {
	if over := w.at % alignment; over > 0 {
		w.raw(make([]byte, alignment-over))
	}
}

func (w *writer) key(name string, kind int) {
	w.text(name)
	w.u32(kind)
}

func (w *writer) model(s shape) {
	vocabulary := words(s.vocabulary)
	s.vocabulary = len(vocabulary)
	tensors := s.tensors()
	w.raw([]byte("GGUF"))
	w.u32(3)
	w.u64(len(tensors))
	w.u64(20)
	w.metadata(s, vocabulary)
	offset := 0
	for _, t := range tensors {
		w.text(t.name)
		w.u32(len(t.dims))
		for _, d := range t.dims {
			w.u64(d)
		}
		w.u32(0) // float32
		w.u64(offset)
		offset += (t.size()*4 + alignment - 1) / alignment * alignment
	}
	chance := rand.New(rand.NewPCG(7, 7))
	for _, t := range tensors {
		w.pad()
		for range t.size() {
			if t.scale == 0 {
				w.f32(1)
			} else {
				w.f32(chance.NormFloat64() * t.scale)
			}
		}
	}
	w.pad()
}

func (w *writer) metadata(s shape, vocabulary []word) {
	for _, kv := range [][2]string{{"general.architecture", "llama"}, {"general.name", "random"}, {"tokenizer.ggml.model", "llama"}, {"tokenizer.ggml.pre", "default"}} {
		w.key(kv[0], typeString)
		w.text(kv[1])
	}
	numbers := []struct {
		name  string
		value int
	}{
		{"general.file_type", 0}, {"llama.context_length", s.context}, {"llama.embedding_length", s.width}, {"llama.block_count", s.layers},
		{"llama.feed_forward_length", s.feedForward}, {"llama.attention.head_count", s.heads}, {"llama.attention.head_count_kv", s.heads},
		{"llama.rope.dimension_count", s.width / s.heads}, {"llama.vocab_size", s.vocabulary},
		{"tokenizer.ggml.bos_token_id", 1}, {"tokenizer.ggml.eos_token_id", 2},
	}
	for _, n := range numbers {
		w.key(n.name, typeUint32)
		w.u32(n.value)
	}
	w.key("llama.attention.layer_norm_rms_epsilon", typeFloat32)
	w.f32(1e-5)
	w.key("tokenizer.ggml.add_bos_token", typeBool)
	w.raw([]byte{1})
	w.list("tokenizer.ggml.tokens", typeString, vocabulary, func(_ int, x word) { w.text(x.text) })
	w.list("tokenizer.ggml.scores", typeFloat32, vocabulary, func(i int, _ word) { w.f32(-float64(i)) })
	w.list("tokenizer.ggml.token_type", typeInt32, vocabulary, func(_ int, x word) { w.u32(x.kind) })
}

func (w *writer) list(name string, kind int, vocabulary []word, write func(int, word)) {
	w.key(name, typeArray)
	w.u32(kind)
	w.u64(len(vocabulary))
	for i, x := range vocabulary {
		write(i, x)
	}
}

func (t tensor) size() int {
	n := 1
	for _, d := range t.dims {
		n *= d
	}
	return n
}

func (s shape) tensors() []tensor {
	in, out := 1/math.Sqrt(float64(s.width)), 1/math.Sqrt(float64(s.feedForward))
	all := []tensor{{"token_embd.weight", []int{s.width, s.vocabulary}, 0.02}, {"output_norm.weight", []int{s.width}, 0}, {"output.weight", []int{s.width, s.vocabulary}, 0.02}}
	for i := range s.layers {
		name := func(part string) string { return fmt.Sprintf("blk.%d.%s.weight", i, part) }
		all = append(all, tensor{name("attn_norm"), []int{s.width}, 0}, tensor{name("ffn_norm"), []int{s.width}, 0})
		for _, part := range []string{"attn_q", "attn_k", "attn_v", "attn_output"} {
			all = append(all, tensor{name(part), []int{s.width, s.width}, in})
		}
		all = append(all, tensor{name("ffn_gate"), []int{s.width, s.feedForward}, in}, tensor{name("ffn_up"), []int{s.width, s.feedForward}, in}, tensor{name("ffn_down"), []int{s.feedForward, s.width}, out})
	}
	return all
}

// A word of the vocabulary, with its kind: 1 plain, 2 unknown, 3 control, 6 byte.
type word struct {
	text string
	kind int
}

// words makes a SentencePiece vocabulary: control words, every byte, then pieces of one to three letters with and without the
// mark of a word's beginning.
func words(limit int) []word {
	all := []word{{"<unk>", 2}, {"<s>", 3}, {"</s>", 3}}
	for b := range 256 {
		all = append(all, word{fmt.Sprintf("<0x%02X>", b), 6})
	}
	const mark = "\u2581"
	seen := map[string]bool{}
	add := func(s string) {
		if !seen[s] && len(all) < limit {
			seen[s] = true
			all = append(all, word{s, 1})
		}
	}
	const letters, others = "etaoinshrdlucmfwypvbgkjqxz", "ETAOINSHRDLUCMFWYPVBGKJQXZ0123456789.,:;!?()-'\"/"
	add(mark)
	for _, c := range letters + others {
		add(string(c))
	}
	for _, a := range letters {
		add(mark + string(a))
		for _, b := range letters {
			add(string(a) + string(b))
			add(mark + string(a) + string(b))
		}
	}
	for _, a := range letters {
		for _, b := range letters {
			for _, c := range letters {
				add(string(a) + string(b) + string(c))
			}
		}
	}
	return all
}
