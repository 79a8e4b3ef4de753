package spec

import (
	"cmp"
	"fmt"
	"slices"
	"strings"

	"github.com/hashicorp/hcl/v2"
)

// Blocks are decoded in the order of the language and then of the source, but for those that another one needs first: an experiment
// may wait for the results of an analysis, whose types depend on its metrics and on the factors of its source.

// A queue is what is decoded, each block or instance of one once.
type queue struct {
	waiting map[Ref]func()
	place   map[Ref]int // in the order of the source
	path    []placed    // what is being decoded, each needed by the one before it, at the place told
}

// enqueue takes an instance of a block with how it is decoded.
func (d *decoder) enqueue(b *block, decode func(*block)) {
	r := b.ref()
	d.queue.place[r] = len(d.queue.place)
	d.queue.waiting[r] = func() {
		d.uses.owner = r.Address()
		if each, ok := b.vars["each"]; ok {
			d.uses.noteBlocks(each)
		}
		decode(b)
	}
}

// need decodes a block that is still waiting, because of a reference to it. One that is being decoded needs itself.
func (d *decoder) need(r Ref, at hcl.Range) {
	q := &d.queue
	if i := slices.IndexFunc(q.path, func(p placed) bool { return p.Ref == r }); i >= 0 {
		d.circle(append(slices.Clone(q.path[i:]), placed{r, at}))
		return
	}
	decode := q.waiting[r]
	if decode == nil || d.enough() {
		return
	}
	delete(q.waiting, r)
	owner := d.uses.owner
	q.path = append(q.path, placed{r, at})
	decode()
	q.path = q.path[:len(q.path)-1]
	d.uses.owner = owner
}

// circle tells of blocks that wait for each other, at the first of the references.
func (d *decoder) circle(path []placed) {
	addresses := make([]string, len(path))
	for i, p := range path {
		addresses[i] = p.Address()
	}
	d.errorAt(path[1].at, "Cycle", fmt.Sprintf("%s waits for a result that comes of itself: %s.", addresses[0], strings.Join(addresses, " → ")))
}

// inSourceOrder sorts what was decoded in the order of need.
func inSourceOrder[T interface{ ref() Ref }](d *decoder, blocks []T) {
	slices.SortStableFunc(blocks, func(a, b T) int { return cmp.Compare(d.queue.place[a.ref()], d.queue.place[b.ref()]) })
}
