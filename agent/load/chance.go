package load

import (
	"encoding/binary"
	"hash/fnv"
	"math/rand/v2"
)

// stream gives each use of chance, and each call in it, a stream of its own, so that one does not shift another.
func stream(seed uint64, use string, index int) *rand.Rand {
	return rand.New(rand.NewPCG(seed, mark(use, index)))
}

func mark(use string, index int) uint64 {
	h := fnv.New64a()
	h.Write([]byte(use))
	h.Write(binary.LittleEndian.AppendUint64([]byte{0}, uint64(index)))
	return h.Sum64()
}
