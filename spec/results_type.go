package spec

import (
	"encoding/json"
	"strings"

	"github.com/zclconf/go-cty/cty"
)

// What results look like to expressions: the Study's JSON, whose fields package analysis defines. A test there holds the two
// together.

var (
	interval   = cty.Tuple([]cty.Type{cty.Number, cty.Number})
	named      = numbersAnd(map[string]cty.Type{"name": cty.String}, "value")
	summary    = numbersAnd(map[string]cty.Type{"ci": interval}, "n", "mean", "median", "sd", "cv", "min", "max", "p90", "p99", "ci_rel")
	effectType = numbersAnd(map[string]cty.Type{"name": cty.String, "ci": interval, "test": cty.String, "verdict": cty.String},
		"value", "rank", "p", "p_adjusted", "p_equivalence")
	improvementType = numbersAnd(map[string]cty.Type{
		"ci": interval, "absolute_ci": interval, "best": named, "worst": named, "verdict": cty.String, "effects": cty.List(effectType),
	}, "mean", "p", "p_wilcoxon", "absolute", "absolute_p", "positive", "of", "p_sign", "detectable")
	mainEffectType = numbersAnd(map[string]cty.Type{
		"factor": cty.String, "level": cty.DynamicPseudoType, "ci": interval, "best": named, "contrast_ci": interval,
	}, "n", "positive", "mean", "p", "p_adjusted", "contrast", "contrast_p", "contrast_p_adjusted", "blocks")
	metricType = numbersAnd(map[string]cty.Type{
		"unit": cty.String, "better": cty.String, "all": summary, "baseline": summary, "pooled": summary, "improvement": improvementType,
		"main_effects": cty.List(mainEffectType),
		"noise":        numbersAnd(map[string]cty.Type{"from": cty.String}, "sd", "cv", "df", "single"),
		"consistency": numbersAnd(map[string]cty.Type{"from": cty.String, "ci": interval},
			"cv", "baseline_cv", "df", "baseline_df", "ratio", "p", "ratio_robust", "p_robust"),
		"power": cty.List(numbersAnd(map[string]cty.Type{"basis": cty.String}, "effect", "repeats")),
	}, "practical", "missing", "detectable")
	findingType = cty.Object(map[string]cty.Type{
		"kind": cty.String, "strength": cty.String, "metric": cty.String, "sentence": cty.String, "evidence": cty.DynamicPseudoType,
	})
	warningType = cty.Object(map[string]cty.Type{"kind": cty.String, "message": cty.String, "remedy": cty.String})
)

// numbersAnd gives the type of an object that has numbers beside other things.
func numbersAnd(others map[string]cty.Type, numbers ...string) cty.Type {
	for _, name := range numbers {
		others[name] = cty.Number
	}
	return cty.Object(others)
}

// each gives an object of one type under every name.
func each(names []string, t cty.Type) cty.Type {
	all := map[string]cty.Type{}
	for _, name := range names {
		all[name] = t
	}
	return cty.Object(all)
}

// analysisType is what analysis.NAME is to an expression, of an analysis with these metrics, or with some that nobody knows, over a source
// with these factors.
func analysisType(metrics []string, factors cty.Type) cty.Type {
	byMetric := func(t cty.Type) cty.Type {
		if metrics == nil {
			return cty.DynamicPseudoType
		}
		return each(metrics, t)
	}
	return numbersAnd(map[string]cty.Type{
		"of": cty.List(cty.String), "baseline": cty.String, "unit": cty.String, "paired": cty.Bool, "metric_order": cty.List(cty.String),
		"factors": cty.List(cty.Object(map[string]cty.Type{"name": cty.String, "levels": cty.DynamicPseudoType})),
		"configurations": cty.List(cty.Object(map[string]cty.Type{
			"name": cty.String, "factors": factors, "arm": cty.String, "pair": cty.String, "metrics": byMetric(summary),
		})),
		"ranking": cty.List(numbersAnd(map[string]cty.Type{
			"name": cty.String, "factors": factors, "separated": cty.Bool,
		}, "rank", "value", "improvement")),
		"best":     numbersAnd(map[string]cty.Type{"name": cty.String, "factors": factors}, "probability"),
		"metrics":  byMetric(metricType),
		"findings": cty.List(findingType), "warnings": cty.List(warningType),
	}, "confidence", "runs", "min_repeats", "max_repeats")
}

// factorType is the type of what is said of a factor whose levels are those of an axis.
func (a *Axis) factorType() cty.Type {
	if t := a.typ; t.IsCapsuleType() || t.IsObjectType() {
		return cty.String // an address, or a name
	} else {
		return t
	}
}

// sourceFactors gives the type of the factors of a source of rows.
func (d *decoder) sourceFactors(r Ref) cty.Type {
	factors := map[string]cty.Type{}
	if e := d.module.Experiment(r); e != nil && !e.broken {
		for _, a := range e.Axes {
			factors[a.Name] = a.factorType()
		}
		return cty.Object(factors)
	}
	if s := d.module.Dataset(r); s != nil && !s.broken {
		for _, f := range s.Factors {
			factors[f.Name] = cty.DynamicPseudoType
		}
		return cty.Object(factors)
	}
	return cty.DynamicPseudoType
}

// fromJSON gives a value that was read from JSON, with its numbers as json.Number, the form of a type. What is not there is null,
// what the type does not have is left out, and a list is a tuple, whose elements need not agree where the type leaves them open.
func fromJSON(x any, t cty.Type) cty.Value {
	switch x := x.(type) {
	case map[string]any:
		if t.IsObjectType() {
			attrs := map[string]cty.Value{}
			for name, of := range t.AttributeTypes() {
				attrs[name] = fromJSON(x[name], of)
			}
			return cty.ObjectVal(attrs)
		}
		attrs := map[string]cty.Value{}
		for name, v := range x {
			attrs[name] = fromJSON(v, cty.DynamicPseudoType)
		}
		return cty.ObjectVal(attrs)
	case []any:
		elements := make([]cty.Value, len(x))
		for i, v := range x {
			of := cty.DynamicPseudoType
			switch {
			case t.IsListType():
				of = t.ElementType()
			case t.IsTupleType() && i < t.Length():
				of = t.TupleElementType(i)
			}
			elements[i] = fromJSON(v, of)
		}
		return cty.TupleVal(elements)
	case json.Number:
		if v, err := cty.ParseNumberVal(x.String()); err == nil {
			return v
		}
	case string:
		return cty.StringVal(x)
	case bool:
		return cty.BoolVal(x)
	}
	return cty.NullVal(t)
}

// ResultFields lists what an expression may ask of the results of an analysis, by the path behind analysis.NAME. METRIC and FACTOR
// stand for their names, and [*] for each element of a list.
func ResultFields() []string {
	var all []string
	var add func(t cty.Type, path string)
	add = func(t cty.Type, path string) {
		switch {
		case t.IsObjectType():
			for _, name := range attributesOf(t) {
				add(t.AttributeType(name), strings.TrimPrefix(path+"."+name, "."))
			}
		case t.IsListType():
			add(t.ElementType(), path+"[*]")
		default:
			all = append(all, path)
		}
	}
	add(analysisType([]string{"METRIC"}, each([]string{"FACTOR"}, cty.DynamicPseudoType)), "")
	return all
}
