"""Texts of which random cases are made."""

# Several a line, as no formatter would have them.
# fmt: off

# Texts that have been trouble somewhere: to forms, to XML, to trimming, to readers of markup.
TEXTS = (
    "", " ", "  a b\n ", "\t", "\n", "\r", "\r\n", "a\r\nb\r", "&", "<", ">", '"', "'", "&amp;",
    "&lt;a&gt;", "]]>", "<![CDATA[x]]>", "<!-- -->", "<?x y?>", "</a>", "%", "%41", "+", "a+b", "a b", "=",
    "a=b&c=d", "~", "*", "!'()", "aZ09-_.~!*'()/: +&=?%#", "é", "e\u0301", "日本語", "😀", "\u200b", "\u2028",
    "\u00a0", "\u0085", "\ufffd", "\ufeff", "\U0010fffd", "null", "None", "true", "0", "-1", "NaN", ".",
    "..", ".1", "member", "entry", "arn:aws:rds:eu-west-1:1:db/x",
)

# XML has no place for these, forms do.
CONTROLS = (
    "\0", "\x01", "\x0b", "\x1f", "\x7f", "\ufffe", "\uffff",
)

ALPHABET = "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789-_./ &<é日😀"

# What stands where a scalar of a kind is expected: within its limits, at them, and beyond.
NUMBERS = (
    "", " ", "0", "-0", "+0", "+5", "-5", " 5 ", "\n5\t", "007", "5.0", "5.", ".5", "-.5", ".", "5e0",
    "5E3", "1e-7", "1e999", "-1e999", "1e39", "1e-400", "0x10", "1_000", "1,000", "--5", "+-5", "5 5",
    "5a", "\u00a05", "\u0665", "2147483647", "2147483648", "-2147483648", "-2147483649",
    "9223372036854775807", "9223372036854775808", "-9223372036854775808", "-9223372036854775809", "9" * 40,
    "0" * 40 + "5", "NaN", "nan", "-NaN", "Infinity", "-Infinity", "+Infinity", "inf", "INF", "infinity",
    "infinit", "3.4028236e38", "true", "<![CDATA[5]]>",
)

BOOLEANS = (
    "", " ", "true", "false", " true ", "\nfalse\n", "TRUE", "False", "1", "0", "yes", "no", "t", "truex",
    "01", "null",
)

DATES = (
    "", " ", "2015-01-25T08:00:00Z", " 2015-01-25T08:00:00Z\n", "2015-01-25t08:00:00z",
    "2015-01-25T08:00:00", "2015-01-25T08:00:00.1Z", "2015-01-25T08:00:00.123456789Z",
    "2015-01-25T08:00:00.1234567891234567Z", "2015-01-25T08:00:00.9999999Z", "2015-01-25T08:00:00+01:00",
    "2015-01-25T08:00:00-01:00", "2015-01-25T08:00:00+00:00", "2015-01-25T08:00:00-00:00",
    "2015-01-25T08:00:00+14:00", "2015-01-25T08:00:00.5-08:30", "2015-01-25T23:59:60Z",
    "2015-01-25T24:00:00Z", "2015-02-29T00:00:00Z", "2016-02-29T00:00:00Z", "2015-13-01T00:00:00Z",
    "2015-00-01T00:00:00Z", "2015-01-32T00:00:00Z", "2015-01-25T25:00:00Z", "2015-01-25T08:60:00Z",
    "0001-01-01T00:00:00Z", "0000-12-31T23:59:59Z", "-0001-01-01T00:00:00Z", "9999-12-31T23:59:59Z",
    "9999-12-31T23:59:59.999999999Z", "9999-12-30T22:00:00Z", "9999-12-30T23:00:00Z",
    "10000-01-01T00:00:00Z", "1969-12-31T23:59:59.5Z", "1422172800", "1422172800.5", "1422172800.123456",
    "-1.5", "-0.5", "+5", "1.4221728E9", "0", "-62135596800", "-62135596801", "253402300799",
    "253402300800", "1e20", "1e400", "nan", "inf", "5.", ".5", "Sun, 25 Jan 2015 08:00:00 GMT",
    "Mon, 25 Jan 2015 08:00:00 GMT", "Sun, 25 Jan 2015 08:00:00.123 GMT", "Sun, 25 Jan 2015 08:00:00 UTC",
    "Sun, 25 Jan 2015 08:00:00 +0100", "Sun, 25 Jan 2015 08:00:00 EST", "Sun, 25 Jan 2015 08:00 GMT",
    "25 Jan 2015 08:00:00 GMT", "Sunday, 25-Jan-15 08:00:00 GMT", "Sun Jan 25 08:00:00 2015", "2015-01-25",
    "20150125T080000Z", "2015-01-25 08:00:00Z", "2015-01-25T08:00Z", "2015-01-25T08Z",
    "2015-1-25T8:00:00Z", "2015-01-25T08:00:00 Z", "2015-01-25T08:00:00+0100", "2015-01-25T08:00:00,5Z",
    "Fri, 31 Dec 9999 23:59:59 GMT", "Sat, 01 Jan 10000 00:00:00 GMT", "08:00:00", "today", "x",
)

BLOBS = (
    "", " ", "dmFsdWU=", "dmFsdWU", "dmFs\ndWU=", " dmFsdWU= ", "dmFs dWU=", "dmFs!WU=", "dmFsdWV=",
    "dmFsdWU==", "dmFsdW=", "d", "dm", "=", "====", "AP/+Pz4=", "AP_-Pz4=", "dmFsdWU=x", "é",
)

# Characters that make one scalar another, or none.
SCALAR_CHARACTERS = "0123456789:TZz+-.,eE GMTUadJnFb/=\t\n"

# Names that mean something somewhere, and one that never does.
NAMES = (
    "Unknown", "member", "entry", "key", "value", "item", "Marker", "RequestId", "RequestID", "Error",
    "Code", "ResponseMetadata",
)

# References, and what looks like one.
REFERENCES = (
    "&lt;", "&#65;", "&#x41;", "&#X41;", "&amp;", "&apos;", "&quot;", "&#13;", "&#10;", "&#0;", "&#1;",
    "&#xFFFE;", "&#xD800;", "&#1114112;", "&#x10FFFF;", "&nbsp;", "&", "&;", "&#;", "&#x;", "&lt", "& ",
    "&#65", "&#+65;", "&#x 41;", "&LT;", "&#00065;", "&#99999999999;",
)

# What may stand in a text, or must not.
CURIOSITIES = (
    "<!-- c -->", "<!---->", "<!-- -- -->", "<!-- c --->", "<!-- <a> & ]]> -->", "<!-->", "<?x y?>",
    "<?x?>", '<?xml version="1.0"?>', "<?XML y?>", "<? x?>", "<??>", "<![CDATA[]]>", "<![CDATA[x<y&z]]>",
    "<![CDATA[ ]]>", "<![CDATA[]]]]>", "<![CDATA[a", "<![cdata[x]]>", "]]>", "]]", ">", "\0", "\x01",
    "\x0b", "\x7f", "\x85", "\ufffe", "\uffff", "\ufeff", "\u2028", "\r", "\r\n", "\n", "<!DOCTYPE a>",
    "<!ENTITY a 'b'>",
)

LINE_ENDS = (
    "\r", "\r\n", "\r\r", "\n\r", "a\rb", "&#13;\n", "<![CDATA[\r]]>", "<![CDATA[a\r\nb\r]]>", "\r<![CDATA[\n]]>",
)

# Elements that nobody knows, well-formed and otherwise.
TAGS = (
    "<a/>", "<a></a>", "<a />", "<a\n></a\n>", "< a/>", "<a></ a>", '<a b="c"/>', "<a b='c'/>", "<a b=c/>",
    "<a b/>", '<a b="c" b="d"/>', '<a b="<"/>', '<a b="&lt;"/>', '<a b="&x;"/>', '<a b="&"/>',
    '<a b="c"d="e"/>', '<a b="\n"/>', '<a b="c/>', "<a/ >", "<a//>", "</a/>", "<a></b>", "<a>", "</a>",
    "<1/>", "<a$/>", "<-a/>", "<p:a/>", "<p:a></p:a>", "<p:a></a>", '<p:a xmlns:p="u"/>', '<a xmlns=""/>',
    '<a xmlns:p=""/>', "<:a/>", "<a:/>", "<a:b:c/>", "<é/>", "<a.b-c_d/>", '<a p:b="c"/>', "<xml/>", "<>",
    "</>", "<a", "<a b", "<a b=", '<a b="', '<a xmlns:xml="x"/>', '<a\u00a0b="c"/>', '<a b = "c"/>',
    '<a b="c"  />', "<a &lt;/>", "<a <b/>/>", '<a x="1" X="2"/>', '<a></a b="c">',
)

# What comes before and after a document.
PROLOGUES = (
    '<?xml version="1.0"?>', '<?xml version="1.0" encoding="UTF-8"?>\n',
    "<?xml version='1.0' encoding='utf-8' standalone='yes'?>", '<?xml version="1.1"?>',
    '<?xml version="1.0" encoding="ISO-8859-1"?>', '<?xml version="1.0" encoding="UTF-16"?>',
    '<?xml encoding="UTF-8"?>', "<?xml?>", '<?xml version="1.0" encoding="us-ascii"?>',
    '<?xml version="1.0" ?><!-- c -->\n<?x y?>', "\ufeff", '\ufeff<?xml version="1.0"?>', "\n",
    ' <?xml version="1.0"?>', '\ufeff \n<?xml version="1.0"?>', "<!DOCTYPE a>",
    '<!DOCTYPE a [<!ENTITY e "x">]>', "<!DOCTYPE html>", "<!-- c -->", "text", "&amp;", "<![CDATA[x]]>",
    "<a/>", "\0", '<?xml version="1.0"?><?xml version="1.0"?>', '<?xml version="2.0"?>',
    '<?xml version="1.0" standalone="maybe"?>', '<?xml version="1.0" x="y"?>',
)

EPILOGUES = (
    "\n", "<!-- c -->", "<?x y?>", "text", "<a/>", "</a>", "&amp;", "<![CDATA[]]>", "\0", "\ufeff", "<",
    "<!-- c", "]]>", '<?xml version="1.0"?>',
)

# Characters that turn one document into another.
MARKUP = "<>/&;\"'= !-[]?#x:a\n\r\t\0é"
