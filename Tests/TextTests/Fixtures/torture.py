"""Texts on which tokenizers differ, for the goldens of the scripts beside it."""

WORDS = [
    "", " ", "a", "  a", "a  ", "Hello world", "Hello   world", " Hello", "\tHello\n\nworld\n", "a\r\nb\rc\n",
    "it's we'll they've I'm you'd we're don't", "IT'S WE'LL", "'s", " 's", "''s", "'", "' s", "it’s", "s'll'd've're'm't",
    "'r 'v 'l 're", "1234567890", "3.14 1,000,000 ½ ² ① Ⅷ ٣ 四", "a1b22c333", "x²+y² = z²", "10% $5 #tag @name", "_a_b_",
    "e-mail: a.b@c.de", "http://example.org/a?b=c&d=e#f", "«quoted» “quoted” ‘quoted’", "a—b–c-d", "wait...what?!?!",
    "...", "????", "!a!b!", "((()))", "a" * 40, "ab" * 30, "The quick brown fox " * 4, "x" * 130, "-" * 70, " " * 50,
]
SCRIPTS = [
    "Größe Straße ẞ ÄÖÜ", "café cafe\u0301 cafe\u0301\u0327", "naïve coöperate", "İstanbul ıI", "ΟΔΟΣ Σ ς ά", "Привет, мир! ёй",
    "שלום עולם", "שָׁלוֹם", "مرحبا بالعالم", "السَّلَامُ عَلَيْكُم", "हिन्दी में लिखा", "ภาษาไทย", "ខ្មែរ", "한국어 문장", "한국어",
    "日本語の文章です。", "ｶﾞ ガ が が", "中文句子，没有空格。", "豈更車", "𠀀𠀁 𝔘𝔫𝔦𝔠𝔬𝔡𝔢", "ﬁ ﬂ ﬃ", "ＦＵＬＬ　ｗｉｄｔｈ １２３",
    "㍿ ㌔ ㎏ № ™", "Å Å Å", "ǆ Ǆ ĳ", "ʼn ŉ", "ﷺ", "…", "⁇", "´ ` ¨", "ạ̈ ạ̈", "Ω Ω", "ᾳ ᾼ", "ꙮ Ꙁ", "ა Ა", "ᏸ Ᏸ",
]
SYMBOLS = [
    "👍", "👍🏽", "👨‍👩‍👧‍👦", "🇩🇪🇫🇷", "❤️", "☺️ ☺", "1️⃣", "🏴󠁧󠁢󠁥󠁮󠁧󠁿", "a👍b", "♥ © ™ €", "→ ← ⇒", "∀x∈ℝ: ⌈x⌉ = −⌊−x⌋", "♪♫", "🤷‍♀️ shrug",
    "\u200b", "a\u200bb", "a\u200cb\u200dc", "a\u00adb", "\ufeffa", "a\u2060b", "\u202eabc\u202c", "\u0000", "a\u0000b", "\u0001\u0002",
    "\u007f", "a\u0085b", "a\u00a0b", "a\u3000b", "a\u2028b\u2029c", "a\u1680b\u180ec\u202fd\u205fe", "\ufffd", "a\ufffdb", "\ue000",
    "\u0378", "\U0010ffff", "\ufdd0", "\U000e0001", "a\u0301\u0302\u0303\u0304", "\u0301", " \u0301", "\n\u0301", "e\u0301x", "\u0600a",
    "\u0600\u0301", "\u0903a", "q\u0323\u0307", "①\u0301", "ﬁ\u0301", "\u1e9b\u0323", "\r\n", "\r\u0301", "a\u200d", "®\u200d", "\u0958\u0301",
    "\u0915\u094d\u0937", "\u1100\u1161\u11a8", "\uac00\u11a8", "\u2581", "a\u2581b", "\u2581\u2581a", " \u2581 ", "a \u2581b", "Ġa", "Ċ",
    "Ġ", "Ā", "<0x0A>", "<0xZZ>",
]
SPECIALS = [
    "<s>", "</s>", "<unk>", "<pad>", "<mask>", "a <mask> b", "a<mask>b", "a  <mask>  b", "<mask> <mask>", " <mask>", "\n<mask>\n", "<mask",
    "<MASK>", "<<mask>>", "<s>a</s>", "a </s> b", "<unk> a", "<ma\u0301sk>", "a\u3000<mask>", "<mask><mask>", "[CLS] a [SEP]", "[MASK]",
    "film", "a film.", "films", "a ing b", "ing  b", "a new words b", "new words", "a newnew b", "中文 a 中文", "GRÖSSE größe", "NEW new",
    "_film_", "film\u0301", "5film film5", "ﬁne x", "fine  x", "ｆｕｌｌ", "Ｆｉｌｍ",
]
TEXTS = WORDS + SCRIPTS + SYMBOLS + SPECIALS
PAIRS = [("a fine film", "not so fine a film"), ("", "a"), ("a", ""), ("one two three four five six", "one"), ("<mask> a", " b <mask>")]
