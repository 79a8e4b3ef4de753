package spec

import (
	"cmp"
	"crypto/md5"
	"crypto/sha1"
	"crypto/sha256"
	"crypto/sha512"
	"encoding/hex"
	"fmt"
	"hash"
	"maps"
	"slices"
	"strings"

	"github.com/zclconf/go-cty/cty/function"
)

var hashFunctions = []builtin{
	{name: "base64sha256", doc: "Gives the SHA-256 of a text in base64.", example: `base64sha256("hello")`, result: `"LPJNul+wow4m6DsqxbninhsWHlwfp0JecwQzYpOLmCQ="`, function: hashed(sha256Base64)},
	{name: "base64sha512", doc: "Gives the SHA-512 of a text in base64.", example: `substr(base64sha512("hello"), 0, 16)`, result: `"m3HSJL1i83hdltRq"`, function: hashed(sha512Base64)},
	{name: "md5", doc: "Gives the MD5 of a text in hexadecimal.", example: `md5("hello")`, result: `"5d41402abc4b2a76b9719d911017c592"`, function: hashed(md5Hex)},
	{name: "sha1", doc: "Gives the SHA-1 of a text in hexadecimal.", example: `sha1("hello")`, result: `"aaf4c61ddcc5e8a2dabede0f3b482cd9aea9434d"`, function: hashed(sha1Hex)},
	{name: "sha256", doc: "Gives the SHA-256 of a text in hexadecimal.", example: `sha256("hello")`, result: `"2cf24dba5fb0a30e26e83b2ac5b9e29e1b161e5c1fa7425e73043362938b9824"`, function: hashed(sha256Hex)},
	{name: "sha512", doc: "Gives the SHA-512 of a text in hexadecimal.", example: `substr(sha512("hello"), 0, 16)`, result: `"9b71d224bd62f378"`, function: hashed(sha512Hex)},
	{name: "filemd5", doc: "Gives the MD5 of a file of the module in hexadecimal.", example: `filemd5("prompts/review.txt")`, result: `"d9fc33a455eceacb0db6b07e5f9a737d"`, reads: contentFunc(md5Hex)},
	{name: "filesha1", doc: "Gives the SHA-1 of a file of the module in hexadecimal.", example: `filesha1("prompts/review.txt")`, result: `"e8aaf7bca2448fd8a56dfd3f168a4542b63b6de5"`, reads: contentFunc(sha1Hex)},
	{name: "filesha256", doc: "Gives the SHA-256 of a file of the module in hexadecimal.", example: `filesha256("prompts/review.txt")`, result: `"db388589e9277ed3be91a51c982660868b62a6ba2bbb79247c6e1f9c7ca6f990"`, reads: contentFunc(sha256Hex)},
	{name: "filesha512", doc: "Gives the SHA-512 of a file of the module in hexadecimal.", example: `substr(filesha512("prompts/review.txt"), 0, 16)`, result: `"f2e12d63f70f4d60"`, reads: contentFunc(sha512Hex)},
	{name: "filebase64sha256", doc: "Gives the SHA-256 of a file of the module in base64.", example: `filebase64sha256("prompts/review.txt")`, result: `"2ziFieknftO+kaUcmCZghotiproru3kkfG4fnHym+ZA="`, reads: contentFunc(sha256Base64)},
	{name: "filebase64sha512", doc: "Gives the SHA-512 of a file of the module in base64.", example: `substr(filebase64sha512("prompts/review.txt"), 0, 16)`, result: `"8uEtY/cPTWDSpwyq"`, reads: contentFunc(sha512Base64)},
	{name: "uuidv5", doc: "Gives the UUID of a name in a namespace: \"dns\", \"url\", \"oid\", \"x500\" or another UUID.", example: `uuidv5("dns", "example.com")`, result: `"cfbff0d1-9375-5685-968c-48ce8b15ae17"`, function: uuidFunc},
}

// hashed makes a function of a text's digest.
func hashed(of func(string) string) function.Function {
	return textFunc(func(args []string) (string, error) { return of(args[0]), nil }, "str")
}

func digest(h hash.Hash, content string) []byte {
	_, _ = h.Write([]byte(content)) // a hash takes every write
	return h.Sum(nil)
}

func md5Hex(content string) string    { return hex.EncodeToString(digest(md5.New(), content)) }
func sha1Hex(content string) string   { return hex.EncodeToString(digest(sha1.New(), content)) }
func sha256Hex(content string) string { return hex.EncodeToString(digest(sha256.New(), content)) }
func sha512Hex(content string) string { return hex.EncodeToString(digest(sha512.New(), content)) }

func sha256Base64(content string) string { return inBase64(string(digest(sha256.New(), content))) }
func sha512Base64(content string) string { return inBase64(string(digest(sha512.New(), content))) }

// namespaces are those of RFC 9562, section 6.6.
var namespaces = map[string]string{
	"dns":  "6ba7b810-9dad-11d1-80b4-00c04fd430c8",
	"url":  "6ba7b811-9dad-11d1-80b4-00c04fd430c8",
	"oid":  "6ba7b812-9dad-11d1-80b4-00c04fd430c8",
	"x500": "6ba7b814-9dad-11d1-80b4-00c04fd430c8",
}

// uuidFunc makes a UUID of version 5 (RFC 9562, section 5.5).
var uuidFunc = textFunc(func(args []string) (string, error) {
	space, err := hex.DecodeString(strings.ReplaceAll(cmp.Or(namespaces[args[0]], args[0]), "-", ""))
	if err != nil || len(space) != 16 {
		return "", function.NewArgErrorf(0, "this is neither a UUID nor one of %s", enumerate(slices.Sorted(maps.Keys(namespaces)), "and"))
	}
	id := digest(sha1.New(), string(space)+args[1])[:16]
	id[6] = id[6]&0x0f | 0x50 // version
	id[8] = id[8]&0x3f | 0x80 // variant
	return fmt.Sprintf("%x-%x-%x-%x-%x", id[:4], id[4:6], id[6:8], id[8:10], id[10:]), nil
}, "namespace", "name")
