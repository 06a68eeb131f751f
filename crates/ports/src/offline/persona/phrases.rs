//! What any person might say in between, in the languages that ship. Lists are used in order, each phrase once.

pub(super) struct Phrases {
    pub(super) greeting_words: &'static [&'static str],
    pub(super) question_words: &'static [&'static str],
    pub(super) worry_words: &'static [&'static str],
    pub(super) greetings: &'static [&'static str],
    /// To a question that it lets stand.
    pub(super) questioned: &'static [&'static str],
    /// `{}` is one of the persona's concerns.
    pub(super) worries: &'static [&'static str],
    /// To an answer that was none.
    pub(super) unmoved: &'static [&'static str],
    /// To an answer that was good.
    pub(super) satisfied: &'static [&'static str],
    /// It gives up on an objection for now.
    pub(super) parked: &'static [&'static str],
    pub(super) not_heard: &'static [&'static str],
    pub(super) nearly_over: &'static str,
    pub(super) convinced: &'static str,
    pub(super) doubtful: &'static str,
    pub(super) out_of_time: &'static str,
    pub(super) agreed: &'static [&'static str],
    pub(super) reserved: &'static [&'static str],
    /// Any of the first with any of the second make a sentence; the counts have no common divisor.
    pub(super) asides: ([&'static str; 7], [&'static str; 8]),
}

/// The phrases for a BCP 47 language; English where there are none.
pub(super) fn phrases(language: &str) -> &'static Phrases {
    let language = language.to_lowercase();
    match language.split('-').next().unwrap_or_default() {
        "nan" => &HOKKIEN,
        "zh" | "cmn" if ["cn", "sg", "hans"].iter().any(|tag| language.contains(tag)) => &SIMPLIFIED,
        "zh" | "cmn" | "yue" => &TRADITIONAL,
        _ => &ENGLISH,
    }
}

const ENGLISH: Phrases = Phrases {
    greeting_words: &["hello", "hi", "good morning", "good afternoon", "good evening"],
    question_words: &["?", "may i ask", "could you tell"],
    worry_words: &["concern", "worr", "matters", "important to you", "afraid", "keeps you"],
    greetings: &["Hello.", "Yes, hello again."],
    questioned: &[
        "I will get to that.",
        "Fair question, but one thing before that.",
        "You ask a lot, which is not a bad sign.",
        "Let me turn that around.",
    ],
    worries: &["What I keep thinking about is {}.", "And then there is {}.", "If you ask me, it comes down to {}."],
    unmoved: &[
        "That does not really answer it.",
        "Hm, that is not quite my point.",
        "I hear you, but I am not there yet.",
        "We are going around it, I think.",
        "You have lost me a little.",
    ],
    satisfied: &["All right, that helps.", "Okay, I can live with that.", "Good, that was clear."],
    parked: &[
        "Let us leave that open, then.",
        "I will put a question mark behind that one.",
        "We will not settle that today, I see.",
    ],
    not_heard: &[
        "Sorry, I did not catch that.",
        "You broke up there, could you say it again?",
        "Hello, are you still there?",
        "I think I lost you for a moment.",
    ],
    nearly_over: "We only have a moment left.",
    convinced: "You have answered everything I had on my mind. So what happens next?",
    doubtful: "I have heard you out, but some of it is still open for me. Think about those points, and then we talk again.",
    out_of_time: "I am afraid that is all the time I have. Let us pick it up from here another day.",
    agreed: &[
        "Yes, let us do it like that.",
        "Agreed, I am looking forward to it.",
        "Thank you, this was a good talk.",
    ],
    reserved: &[
        "Send me that in writing, and I will look at it.",
        "I would not go that far yet.",
        "Maybe, but not today.",
    ],
    asides: (
        ["Honestly,", "Well,", "Look,", "The way I see it,", "For now,", "You know,", "To be fair,"],
        [
            "I need to let that sink in.",
            "I would like to sleep on it.",
            "I am still turning it over in my mind.",
            "I want to see how that works in practice.",
            "you have given me something to think about.",
            "I can follow you so far.",
            "that is a point.",
            "I would have to talk it over at home first.",
        ],
    ),
};

const TRADITIONAL: Phrases = Phrases {
    greeting_words: &["你好", "您好", "早安", "午安", "嗨", "哈囉"],
    question_words: &["？", "?", "嗎", "有沒有"],
    worry_words: &["擔心", "煩惱", "顧慮", "在意", "害怕"],
    greetings: &["你好。", "嗯，你好你好。"],
    questioned: &["這個等一下再說。", "你問得好，不過我先講一件事。", "你問我，我也想問你。"],
    worries: &["我最放不下的，就是{}。", "還有，{}。", "說到底，還是{}。"],
    unmoved: &[
        "嗯，好像不是這個意思。",
        "我聽到了，可是我心裡還是過不去。",
        "這樣講，我還是不太放心。",
        "我們好像在繞圈子。",
    ],
    satisfied: &["好，這樣我比較懂了。", "嗯，你這樣說我可以接受。", "有道理。"],
    parked: &["這件事先放著好了。", "算了，這個今天講不完。", "這一點我先打個問號。"],
    not_heard: &[
        "不好意思，我沒聽清楚。",
        "剛剛聲音斷掉了，可以再說一次嗎？",
        "喂，你還在嗎？",
        "你說什麼，我這邊聽不太到。",
    ],
    nearly_over: "我時間差不多了。",
    convinced: "講到這裡，我心裡踏實多了。那接下來要怎麼做？",
    doubtful: "你說的我都聽到了，只是有幾件事我心裡還沒有答案。讓我再想想，我們改天再談。",
    out_of_time: "不好意思，我得走了。今天先聊到這裡，下次再接著說。",
    agreed: &["好，就照你說的。", "可以，那就麻煩你了。", "謝謝你，今天跟你聊得很好。"],
    reserved: &["你先寫下來給我看看吧。", "現在還沒有辦法答應你。", "再說吧，今天先這樣。"],
    asides: (
        ["老實說，", "其實，", "怎麼講呢，", "說真的，", "現在嘛，", "你知道，", "嗯，"],
        [
            "我需要一點時間消化。",
            "我想回去再想一想。",
            "這個在我心裡轉來轉去。",
            "我想看看實際上是怎麼做的。",
            "你讓我想到一些事情。",
            "到這裡我都跟得上。",
            "這也是一個道理。",
            "我得先跟家裡的人商量一下。",
        ],
    ),
};

const SIMPLIFIED: Phrases = Phrases {
    greeting_words: &["你好", "您好", "早上好", "下午好", "嗨"],
    question_words: &["？", "?", "吗"],
    worry_words: &["担心", "顾虑", "在意", "看重", "害怕"],
    greetings: &["你好。", "嗯，你好你好。"],
    questioned: &["这个待会儿再说。", "问得好，不过我先说一件事。", "你问我，我还想问你呢。"],
    worries: &["我最放不下的，就是{}。", "还有，{}。", "说到底，还是{}。"],
    unmoved: &["这话没说到点子上。", "我听见了，可心里还是没底。", "这么说，我还是不放心。", "咱们好像在绕圈子。"],
    satisfied: &["好，这么说我就明白了。", "嗯，这个我能接受。", "有道理。"],
    parked: &["这件事先放一放吧。", "算了，今天说不清楚。", "这一条我先打个问号。"],
    not_heard: &[
        "不好意思，我没听清。",
        "刚才声音断了，能再说一遍吗？",
        "喂，你还在吗？",
        "你说什么，我这边听不太清。",
    ],
    nearly_over: "我时间差不多了。",
    convinced: "说到这儿，我心里踏实多了。那接下来怎么办？",
    doubtful: "你说的我都听见了，只是有几条我还没有答案。你再想想，咱们改天再谈。",
    out_of_time: "不好意思，我得去开会了。今天先聊到这儿，下次接着说。",
    agreed: &["行，就照你说的办。", "可以，那就麻烦你了。", "谢谢，今天谈得不错。"],
    reserved: &["你先写下来给我看看。", "现在我还不能答应你。", "再说吧，今天先这样。"],
    asides: (
        ["说实话，", "其实，", "怎么说呢，", "说真的，", "眼下，", "你知道，", "嗯，"],
        [
            "我得消化消化。",
            "我想回去再琢磨琢磨。",
            "这事在我心里转来转去。",
            "我想看看实际上是怎么做的。",
            "你提醒了我一些事情。",
            "到这儿我都跟得上。",
            "这也是一个道理。",
            "我得先跟大家商量一下。",
        ],
    ),
};

const HOKKIEN: Phrases = Phrases {
    greeting_words: &["你好", "𠢕早", "阿嬤"],
    question_words: &["？", "?", "好無"],
    worry_words: &["煩惱", "操煩", "驚"],
    greetings: &["你好，你好。", "來，坐啦。"],
    questioned: &["這聊聊仔閣講。", "你真𠢕問，我先講一項予你聽。"],
    worries: &["我上煩惱的，就是{}。", "閣有，{}。"],
    unmoved: &["毋是按呢啦。", "你講的我知影，毋過我心肝頭猶是袂安。", "按呢講，我猶是毋放心。"],
    satisfied: &["好，按呢我聽有矣。", "嗯，按呢會使。", "有理。"],
    parked: &["這項先囥咧好矣。", "準煞，這今仔日講袂了。"],
    not_heard: &["歹勢，我無聽清楚。", "我耳空較重，你閣講一擺好無？", "喂，你敢猶佇咧？"],
    nearly_over: "時間差不多矣。",
    convinced: "講到遮，我心肝較開矣。紲落來欲按怎做？",
    doubtful: "你講的我攏有聽著，毋過有幾項我猶未想好。予我想看覓，後擺閣講。",
    out_of_time: "歹勢，我欲去煮飯矣。今仔日先講到遮，後擺才閣來開講。",
    agreed: &["好，就照你講的。", "會使，按呢就麻煩你矣。", "多謝你，今仔日佮你開講足歡喜。"],
    reserved: &["你先寫予我看。", "這馬猶未法度應你。", "後擺才閣講。"],
    asides: (
        ["老實講，", "其實，", "欲按怎講咧，", "講真的，", "這馬，", "你知無，", "嗯，"],
        [
            "我需要小想一下。",
            "我想欲轉去閣想看覓。",
            "這項佇我心肝內踅來踅去。",
            "我想看實際是按怎做。",
            "你予我想著早前的代誌。",
            "到遮我攏聽有。",
            "這嘛是一个道理。",
            "我愛先佮厝內的人參詳。",
        ],
    ),
};
