package emulator

import (
	"hash/fnv"
	"sync"
)

// A prefixCache knows the beginnings of prompts that it has seen, in blocks of blockTokens, as vLLM's does.
// When it is full it forgets all.
type prefixCache struct {
	mu   sync.Mutex
	seen map[uint64]bool // hash of a prompt up to the end of a block
}

const (
	blockTokens = 16
	blockBytes  = 4 * blockTokens // see countTokens
	maxBlocks   = 1 << 20
)

// take gives how many tokens at the beginning of a model's prompt were seen before, and has seen them all
// from then on. The last token of a prompt is never taken from the cache.
func (c *prefixCache) take(model, prompt string) (cached int) {
	h := fnv.New64a()
	h.Write([]byte(model))
	c.mu.Lock()
	defer c.mu.Unlock()
	if c.seen == nil || len(c.seen) > maxBlocks {
		c.seen = map[uint64]bool{}
	}
	hit := true
	for end := blockBytes; end <= len(prompt); end += blockBytes {
		h.Write([]byte(prompt[end-blockBytes : end]))
		sum := h.Sum64()
		if hit = hit && c.seen[sum]; hit && end < len(prompt) {
			cached += blockTokens
		}
		c.seen[sum] = true
	}
	return cached
}
