package templates

// Why a function of sprig or text/template is left out.
const (
	readsClock   = "reads the clock: a report has to be the same bytes each time"
	readsZone    = "depends on the machine's time zone: a report has to be the same bytes everywhere"
	isRandom     = "is random: a report has to be the same bytes each time"
	readsEnv     = "reads the environment: a report is made from the study alone"
	usesNetwork  = "asks the network: a report is made from the study alone"
	makesSecrets = "is for secrets, and its result is random: a report has neither"
	changesInput = "changes the object that it is given: use set, which gives a copy"
	callsValues  = "calls a function value, and the data hold none"
	marksUp      = "is for another markup: text is escaped for markdown by itself"
	handlesPaths = "handles paths or URLs, and a template opens neither: take replace or the regex functions"
	encodes      = "is an encoding or a checksum that a report has no use for: sha256sum is there"
	looksAtTypes = "looks at Go's types: the data are those of JSON, and null can be asked for with eq"
	hasSibling   = "is another name or version of a function that is there"
)

// absent says of each function that an author may look for why it isn't there.
var absent = reasons(map[string][]string{
	readsClock:  {"now", "ago", "date", "dateInZone", "date_in_zone", "dateModify", "date_modify", "mustDateModify", "must_date_modify", "htmlDate", "htmlDateInZone", "unixEpoch"},
	readsZone:   {"toDate", "mustToDate"},
	isRandom:    {"randAlpha", "randAlphaNum", "randAscii", "randNumeric", "randInt", "randBytes", "shuffle", "uuidv4"},
	readsEnv:    {"env", "expandenv"},
	usesNetwork: {"getHostByName"},
	makesSecrets: {"bcrypt", "htpasswd", "genPrivateKey", "derivePassword", "buildCustomCert", "genCA", "genCAWithKey",
		"genSelfSignedCert", "genSelfSignedCertWithKey", "genSignedCert", "genSignedCertWithKey", "encryptAES", "decryptAES"},
	changesInput: {"unset", "merge", "mergeOverwrite", "mustMerge", "mustMergeOverwrite"},
	callsValues:  {"call"},
	marksUp:      {"html", "js", "urlquery"},
	handlesPaths: {"base", "dir", "clean", "ext", "isAbs", "osBase", "osClean", "osDir", "osExt", "osIsAbs", "urlParse", "urlJoin"},
	encodes:      {"b64enc", "b64dec", "b32enc", "b32dec", "sha1sum", "sha512sum", "adler32sum", "semver", "semverCompare"},
	looksAtTypes: {"typeOf", "typeIs", "typeIsLike", "kindOf", "kindIs", "deepEqual", "deepCopy", "mustDeepCopy"},
	hasSibling: {"hello", "dig", "duration", "durationRound", "toDecimal", "toStrings", "toRawJson", "mustToJson", "mustToPrettyJson", "mustToRawJson",
		"mustFromJson", "add1", "add1f", "atoi", "int64", "maxf", "minf", "biggest", "trimall", "split", "splitn", "swapcase", "initials",
		"abbrevboth", "push", "mustAppend", "mustPush", "mustPrepend", "mustFirst", "mustRest", "mustLast", "mustInitial", "mustReverse",
		"mustUniq", "mustWithout", "mustHas", "mustSlice", "mustChunk", "mustCompact", "mustRegexMatch", "mustRegexFindAll", "mustRegexFind",
		"mustRegexReplaceAll", "regexReplaceAllLiteral", "mustRegexReplaceAllLiteral", "mustRegexSplit"},
})

func reasons(groups map[string][]string) map[string]string {
	out := map[string]string{}
	for reason, names := range groups {
		for _, name := range names {
			out[name] = reason
		}
	}
	return out
}
