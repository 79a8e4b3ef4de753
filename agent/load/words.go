package load

import "strings"

// words are common and short, each a single token behind a space in the vocabularies of GPT-2, GPT-4, GPT-4o, Llama 2 and 3, and Mistral.
var words = strings.Fields(`
	about above after again air all almost along also always am an and animal another answer any are around as ask at away
	back be because been before began begin being below best better between big black blue boat body book both box boy bring
	build but by call came can car carry change children city close cold come could country course cut
	day did different do does dog done door down draw during each early earth east easy eat end enough even ever every example eye
	face fact fall family far farm fast father feel feet few field find fire first fish five follow food for form found four from full
	game gave get girl give go gold good got great green ground group grow had half hand hard has have he head hear heart help her here
	high him his hold home horse hot hour house how idea if important in into is island it its just keep kind king know
	land large last late learn leave left let letter life light like line list little live long look love low
	made make man many map mark may me mean men might mile mind miss money moon more morning most mother mountain move much music must my
	name near need never new next night no north not note nothing notice now number of off often old on once one only open or order other our out over own
	page paper part pass people person picture piece place plan plant play point poor power problem public pull put question quick
	rain ran reach read ready real red rest right river road rock room round rule run
	said same saw say school sea second see seem self sentence set seven several she ship short should show side simple since sing six size sleep slow small snow so some song soon sound south space spell stand star start state stay step still stop story street strong study such summer sun sure
	table take talk teach tell ten than that the their them then there these they thing think this those though thought three through time to today together told too took top toward town travel tree true try turn two
	under unit until up upon us use usual very voice wait walk want war warm was watch water way we week well went were west what wheel when where which while white who whole why will wind winter with wood word work world would write
	year yes yet you young your
`)
