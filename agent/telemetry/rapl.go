package telemetry

import (
	"cmp"
	"errors"
	"fmt"
	"io/fs"
	"path"
	"slices"
	"strings"
	"time"
)

// CPUEnergy is what one power domain of the processor used. Domains lie within each other: "core" and
// "uncore" are parts of their "package", and "psys" is the whole board. They must not be added up.
type CPUEnergy struct {
	Domain  string  `json:"domain"` // "package-0"; a part of it as "package-0/core"
	EnergyJ float64 `json:"energy_j"`
}

// raplInterval is how often the energy counters are read: one of 2^32 µJ runs round in 40 s at 100 W.
const raplInterval = 5 * time.Second

// A raplDomain is one energy counter of the processor.
type raplDomain struct {
	dir, name     string
	last, rangeUJ int64 // where the counter stood, and where it goes back to 0
	totalUJ       int64
	err           error
}

// A raplMeter adds up the energy of all domains.
type raplMeter struct {
	root    fs.FS
	domains []*raplDomain
	read    time.Time
}

// begin finds the counters and takes their state.
func (m *raplMeter) begin(now time.Time) error {
	dirs, err := fs.Glob(m.root, "sys/class/powercap/intel-rapl:*")
	if err != nil {
		return err
	}
	if len(dirs) == 0 {
		return errors.New("no /sys/class/powercap/intel-rapl:*")
	}
	var first error
	for _, dir := range dirs {
		d := &raplDomain{dir: dir}
		if err := d.begin(m.root); err != nil {
			first = cmp.Or(first, err)
			continue
		}
		m.domains = append(m.domains, d)
	}
	m.read = now
	if len(m.domains) == 0 {
		return first
	}
	return nil
}

func (d *raplDomain) begin(root fs.FS) (err error) {
	if d.name, err = text(root, path.Join(d.dir, "name")); err != nil {
		return err
	}
	if parent := d.dir[:strings.LastIndexByte(d.dir, ':')]; !strings.HasSuffix(parent, "intel-rapl") {
		outer, err := text(root, path.Join(parent, "name"))
		if err != nil {
			return err
		}
		d.name = outer + "/" + d.name
	}
	if d.rangeUJ, err = readInt(root, path.Join(d.dir, "max_energy_range_uj")); err != nil {
		return err
	}
	d.last, err = readInt(root, path.Join(d.dir, "energy_uj"))
	return err
}

// sample reads the counters if it is time to.
func (m *raplMeter) sample(now time.Time) {
	if now.Sub(m.read) < raplInterval {
		return
	}
	m.advance(now)
}

func (m *raplMeter) advance(now time.Time) {
	m.read = now
	for _, d := range m.domains {
		uj, err := readInt(m.root, path.Join(d.dir, "energy_uj"))
		switch {
		case err != nil:
			d.err = err
			continue
		case uj < d.last: // it ran round
			d.totalUJ += d.rangeUJ
		}
		d.totalUJ += uj - d.last
		d.last = uj
	}
}

// end reads the counters for the last time.
func (m *raplMeter) end(now time.Time) ([]CPUEnergy, error) {
	m.advance(now)
	var all []CPUEnergy
	for _, d := range m.domains {
		if d.err != nil {
			return nil, fmt.Errorf("%s: %w", d.name, d.err)
		}
		all = append(all, CPUEnergy{Domain: d.name, EnergyJ: float64(d.totalUJ) / 1e6})
	}
	slices.SortFunc(all, func(a, b CPUEnergy) int { return strings.Compare(a.Domain, b.Domain) })
	return all, nil
}
