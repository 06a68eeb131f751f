//! The words that the policies about speech know: Mandarin in both scripts, Taiwanese Hokkien in ideographs, English.
//!
//! Entries are plain (see `words::plain`): small letters, single spaces, no punctuation except apostrophes and the stops
//! inside abbreviations. A recording keeps these words, so none of them may tell who somebody is.

/// A stop after them never ends a sentence.
pub(crate) const TITLES: &[&str] = &[
    "mr", "mrs", "ms", "dr", "prof", "rev", "hon", "gen", "col", "capt", "lt", "sgt", "sen", "rep", "gov", "pres",
    "fr", "mt", "messrs", "mme", "mlle", "vs", "cf", "incl", "esp",
];

/// A stop after them ends a sentence only if the next word begins one.
pub(crate) const ABBREVIATIONS: &[&str] = &[
    "etc", "al", "inc", "ltd", "co", "corp", "jr", "sr", "st", "ave", "blvd", "rd", "dept", "est", "min", "hrs",
    "ph.d", "b.sc", "m.sc", "jan", "feb", "mar", "apr", "jun", "jul", "aug", "sep", "sept", "oct", "nov", "dec",
];

/// A stop between them and a number ends nothing.
pub(crate) const BEFORE_NUMBERS: &[&str] = &[
    "no", "nos", "fig", "pp", "vol", "ch", "art", "sec", "eq", "tel", "ext",
];

/// Hardly written with a capital inside a sentence.
pub(crate) const STARTERS: &[&str] = &[
    "a", "after", "again", "all", "also", "although", "an", "and", "another", "any", "anyway", "are", "as", "at",
    "because", "before", "but", "by", "can", "could", "did", "do", "does", "don't", "even", "every", "everything",
    "first", "for", "from", "good", "have", "he", "he's", "hello", "her", "here", "hi", "his", "how", "however", "if",
    "in", "is", "it", "it's", "its", "just", "let", "let's", "look", "maybe", "my", "no", "not", "now", "of", "okay",
    "on", "once", "or", "our", "perhaps", "please", "right", "she", "she's", "should", "since", "so", "some", "sorry",
    "still", "sure", "tell", "thank", "thanks", "that", "that's", "the", "their", "then", "there", "there's", "these",
    "they", "they're", "this", "those", "though", "to", "today", "until", "was", "we", "we'll", "we're", "we've",
    "well", "were", "what", "what's", "when", "where", "which", "while", "who", "why", "will", "with", "would", "yes",
    "yet", "you", "you're", "your",
];

/// Whoever ends with them goes on, whatever punctuation a recogniser puts behind them.
pub(crate) const FILLERS: &[&str] = &[
    "um", "umm", "uh", "uhm", "er", "erm", "err", "hmm", "hm", "you know", "i mean", "sort of", "kind of",
    "let me see", "let me think", "let's see", "how should i say", "how do i say", "what's it called", "such as",
    "for example", "for instance",
    "嗯", "呃", "唔", "額", "额", "就是說", "就是说", "怎麼說", "怎么说", "怎麼講", "怎么讲", "應該說", "应该说",
    "我想想", "想一下", "我看看", "比如", "比如說", "比如说", "例如", "譬如", "譬如說", "像是說", "然後呢就",
    "然后呢就", "就是講", "就是讲", "彼个", "彼個", "彼號", "按怎講", "我想看覓", "親像講",
];

/// They are fillers where they stand for themselves; elsewhere only a stop tells that they close.
pub(crate) const OPEN_WHEN_ALONE: &[&str] = &[
    "well", "so", "like", "actually", "basically", "honestly", "anyway", "right so", "okay so", "ok so", "yeah so",
    "那", "那個", "那个", "這個", "这个", "就是", "啊", "然後", "然后", "所以", "其實", "其实", "欸", "誒", "诶",
    "這个", "這馬", "啊就", "啊若",
];

/// Whoever ends with them goes on, whatever punctuation a recogniser puts behind them.
pub(crate) const CONNECTORS: &[&str] = &[
    "and", "but", "or", "nor", "because", "if", "unless", "although", "whereas", "whether", "the", "a", "an", "my",
    "your", "our", "their", "every", "and then", "but then", "so that", "even though", "as if", "i", "we", "they",
    "he", "she", "very", "quite", "rather",
    "因為", "因为", "但", "但是", "可是", "不過", "不过", "而且", "並且", "并且", "如果", "要是", "假如", "假設",
    "假设", "的話", "的话", "雖然", "虽然", "儘管", "尽管", "或", "或者", "或是", "和", "跟", "與", "与", "以及",
    "還有", "还有", "把", "被", "對於", "对于", "關於", "关于", "為了", "为了", "除了", "由於", "由于", "既然", "只要",
    "只有", "請問", "请问", "無論", "无论", "不管", "特別是", "特别是", "尤其是", "也就是", "非常", "比較", "比较",
    "而", "並", "并", "毋過", "不而過", "佮", "抑是", "若是", "若準", "雖罔", "閣再", "猶閣", "的時陣", "甚至",
];

/// Whoever ends with them goes on, unless a stop says otherwise: "what I was looking for."
pub(crate) const DANGLING: &[&str] = &[
    "to", "of", "for", "with", "in", "on", "at", "from", "by", "about", "into", "onto", "than", "as", "between",
    "without", "through", "during", "until", "since", "after", "under", "towards", "against", "is", "are", "was",
    "were", "am", "be", "been", "being", "will", "would", "can", "could", "should", "must", "may", "might", "have",
    "has", "had", "do", "does", "did", "don't", "doesn't", "didn't", "can't", "couldn't", "won't", "wouldn't",
    "shouldn't", "isn't", "aren't", "wasn't", "weren't", "haven't", "hasn't", "hadn't", "i'm", "i've", "i'd", "i'll",
    "you're", "you've", "you'd", "you'll", "he's", "she's", "it's", "it'll", "we're", "we've", "we'd", "we'll",
    "they're", "they've", "they'd", "they'll", "that's", "there's", "what's", "gonna", "wanna", "gotta", "when",
    "while", "where", "which", "who", "whose", "also", "just", "even", "especially", "plus", "only", "not", "its",
    "his", "any", "well", "so", "like", "i think that", "said that", "believe that", "is that", "mean that",
    "know that", "me that", "you that", "us that", "them that", "tell me", "think about",
    "在", "從", "从", "給", "给", "比", "讓", "让", "跟著", "跟着", "是", "不是", "應該", "应该", "必須", "必须",
    "打算", "準備", "准备", "覺得", "觉得", "認為", "认为", "希望", "很", "最", "更", "都", "也", "又", "再", "就",
    "還", "还", "一個", "一个", "一張", "一张", "一份", "一位", "一杯", "一台", "一件", "一間", "一间", "一本", "一支",
    "一條", "一条", "一種", "一种", "這種", "这种", "那種", "那种", "這張", "这张", "那張", "那张", "這位", "这位",
    "那位", "兩個", "两个", "幾個", "几个", "然後", "然后", "所以", "那", "那個", "那个", "這個", "这个", "就是",
    "的時候", "的时候", "可能", "大概", "已經", "已经", "正在", "佇", "共伊", "欲", "閣", "攏", "嘛是", "這个", "予",
];

/// They close a thought without a stop.
pub(crate) const CLOSERS: &[&str] = &[
    "thank you", "thanks", "thank you very much", "thank you so much", "thanks a lot", "please", "that's all",
    "that's it", "that is all", "that is it", "bye", "goodbye", "bye bye", "see you", "see you then",
    "see you tomorrow", "see you later", "as well", "very well", "think so", "hope so", "guess so", "like that",
    "like this", "or something", "and so on", "i guess", "i suppose", "of course", "isn't it", "aren't you",
    "don't you", "doesn't it", "is that right", "is that okay", "is that ok", "what do you think", "what about you",
    "how about you", "no problem", "good idea", "sounds good", "sounds great", "how are you", "nice to meet you",
    "go ahead", "no thanks", "yes please", "i'm done", "maybe not", "probably not", "of course not", "why not",
    "hope not",
    "謝謝", "谢谢", "謝謝你", "谢谢你", "謝謝您", "谢谢您", "多謝", "多谢", "感謝", "感谢", "感恩", "就這樣", "就这样",
    "就這樣吧", "好的", "好了", "沒了", "没了", "沒有了", "没有了", "沒問題", "没问题", "知道了", "了解", "明白",
    "明白了", "再見", "再见", "拜拜", "掰掰", "麻煩你", "麻烦你", "麻煩您", "麻烦您", "麻煩你了", "麻烦你了", "拜託",
    "拜托", "拜託你", "拜託了", "拜托了", "辛苦了", "不用了", "不用謝", "不用谢", "不客氣", "不客气", "對不起",
    "对不起", "不好意思", "沒關係", "没关系", "怎麼辦", "怎么办", "怎麼樣", "怎么样", "為什麼", "为什么", "多少錢",
    "多少钱", "什麼時候", "什么时候", "對不對", "对不对", "好不好", "可不可以", "行不行", "是不是這樣", "而已",
    "按呢就好", "就按呢", "勞力", "失禮", "歹勢", "真多謝", "敢好", "好無", "著無", "是按怎", "按怎", "偌濟錢",
];

/// At the end of a run of ideographs that has more before them.
pub(crate) const PARTICLES: &[&str] = &[
    "嗎", "吗", "呢", "吧", "嘛", "啦", "囉", "啰", "喔", "哦", "耶", "齁", "咧", "啊", "呀", "無", "矣", "乎",
];

/// The whole of what somebody says.
pub(crate) const ANSWERS: &[&str] = &[
    "yes", "no", "yeah", "yep", "yup", "nope", "nah", "okay", "ok", "sure", "fine", "right", "alright", "all right",
    "exactly", "correct", "absolutely", "definitely", "certainly", "maybe", "perhaps", "never", "always", "sometimes",
    "not really", "not yet", "not at all", "i do", "i don't", "i did", "i didn't", "i am", "i'm not", "i can",
    "i can't", "i will", "i won't", "i would", "it is", "it isn't", "it was", "yes i do", "yes i am", "yes i can",
    "yes i did", "yes it is", "yes we do", "yes we can", "no i don't", "no i didn't", "no i can't", "no it isn't",
    "no i'm not", "i see", "i know", "i understand", "i agree", "got it", "really", "great", "perfect", "good",
    "very good", "cool", "hello", "hi", "hey", "good morning", "good afternoon", "good evening", "sorry", "excuse me",
    "pardon", "what", "why", "when", "where", "who", "how", "stop", "wait", "me too", "me neither", "same here",
    "nothing", "nobody", "everything",
    "好", "好的", "好啊", "好吧", "好喔", "對", "对", "對的", "对的", "對啊", "对啊", "是", "是的", "是啊", "不",
    "不是", "不對", "不对", "不要", "不用", "不行", "不會", "不会", "不知道", "我不知道", "可以", "可以啊", "不可以",
    "行", "有", "沒有", "没有", "要", "會", "会", "沒錯", "没错", "當然", "当然", "當然可以", "当然可以", "嗯嗯",
    "嗯好", "嗯對", "你好", "您好", "大家好", "早安", "早上好", "晚安", "喂", "為什麼", "为什么", "什麼", "什么",
    "真的", "真的嗎", "真的吗", "還好", "还好", "還行", "还行", "一點點", "一点点", "應該是", "应该是", "應該吧",
    "可能吧", "等一下", "等等", "著", "著啊", "毋是", "毋好", "毋免", "會使", "袂使", "袂", "有啊", "無啊", "無",
    "按呢", "是喔", "我知", "我毋知",
];

/// One figure each, as somebody dictates them.
pub(crate) const FIGURES: &[&str] = &[
    "zero", "one", "two", "three", "four", "five", "six", "seven", "eight", "nine", "oh", "double",
    "零", "〇", "一", "二", "三", "四", "五", "六", "七", "八", "九", "幺",
];

/// What a listener says so that the other goes on.
pub(crate) const BACKCHANNELS: &[&str] = &[
    "m", "mm", "mhm", "mm hm", "mm hmm", "mmhm", "mmhmm", "hm", "hmm", "uh", "uh huh", "uhuh", "uhhuh", "huh", "um",
    "ah", "aha", "oh", "ooh", "wow", "right", "okay", "ok", "k", "yeah", "yep", "yup", "ya", "yes", "i see", "sure",
    "really", "got it", "gotcha", "alright", "all right", "cool", "great", "nice", "good", "fine", "true", "exactly",
    "absolutely", "definitely", "totally", "indeed", "of course", "i know", "i understand", "understood",
    "makes sense", "that's right", "that's true", "fair enough", "interesting", "go on", "hio", "henn", "heh",
    "嗯", "嗯哼", "嗯啊", "恩", "唔", "呃", "喔", "哦", "噢", "啊", "哇", "欸", "誒", "诶", "哈", "對", "对", "對啊",
    "对啊", "對呀", "对呀", "對對", "對喔", "对哦", "是", "是啊", "是的", "是呀", "是喔", "是哦", "是嗎", "是吗", "好",
    "好的", "好啊", "好喔", "好哦", "行", "了解", "瞭解", "明白", "明白了", "懂了", "我懂", "知道了", "我知道",
    "我知道了", "收到", "沒錯", "没错", "當然", "当然", "真的", "真的嗎", "真的吗", "真的喔", "原來如此", "原来如此",
    "原來是這樣", "這樣啊", "这样啊", "這樣喔", "這樣子", "这样子", "這樣", "这样", "也是", "確實", "确实", "有道理",
    "繼續", "继续", "嘿", "嘿啊", "嘿咧", "著", "著啊", "著喔", "按呢", "按呢喔", "按呢啊", "是按呢喔", "有影",
    "有影喔", "我知", "我知影", "好啦",
];

/// Every list but the figures: what a recording keeps.
pub(crate) const KNOWN: &[&[&str]] = &[
    TITLES, ABBREVIATIONS, BEFORE_NUMBERS, STARTERS, FILLERS, OPEN_WHEN_ALONE, CONNECTORS, DANGLING, CLOSERS,
    PARTICLES, ANSWERS, BACKCHANNELS,
];
