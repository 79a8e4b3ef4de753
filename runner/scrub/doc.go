// Package scrub takes secrets out of text that comes from elsewhere: what a server or an agent says may hold what it was given.
//
// It knows the secrets themselves and looks for nothing that only looks like one. A secret is found as it is, in the forms that an
// echo of it has (escaped for JSON, Go or an address, in base64 at any place of a longer text, with its white space made one), line
// by line and word by word where it has several, and cut short where a message ends with "…". "(sensitive)" takes its place.
//
// A text of fewer than 4 bytes is no secret here, and neither are true, false and null: taking them out would leave nothing
// legible, and say as much as they do.
package scrub
