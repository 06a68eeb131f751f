//! What reports and mails say, in the languages that ship. `{}` is filled in order; `{s}` is an s unless that was one.

use std::{fmt::Display, ops::RangeInclusive};

use super::Unit;

pub(super) struct Wording {
    pub(super) unit: Unit,
    /// Between two sentences.
    pub(super) space: &'static str,
    /// Between the items of a list.
    pub(super) comma: &'static str,
    pub(super) question_marks: &'static [&'static str],
    pub(super) fillers: &'static [&'static str],
    /// Words that come with something one can measure.
    pub(super) measures: &'static [&'static str],
    /// A line with fewer words says little, and one with so many says something.
    pub(super) short_words: usize,
    pub(super) substantial_words: usize,
    pub(super) long_sentence: usize,
    /// Words per minute.
    pub(super) pace: RangeInclusive<u64>,
    /// How the trainee is spoken to, and what stands there for somebody else who reads: the name is filled in.
    pub(super) address: &'static [(&'static str, &'static str)],

    pub(super) value: &'static str,
    pub(super) handling: &'static str,
    pub(super) clarity: &'static str,
    /// Terms of the scenario, lines with evidence.
    pub(super) value_explained: &'static str,
    /// Answered, raised, questions.
    pub(super) handling_explained: &'static str,
    /// Words per sentence, fillers.
    pub(super) clarity_explained: &'static str,

    pub(super) went_well: &'static str,
    pub(super) went_fairly: &'static str,
    pub(super) went_poorly: &'static str,
    /// Lines, words per line, answered, raised, questions.
    pub(super) facts: &'static str,

    pub(super) say_instead: &'static str,
    pub(super) give_numbers: &'static str,
    pub(super) say_more: &'static str,
    /// Who, what they said, with what.
    pub(super) answer_with: &'static str,
    pub(super) ask_first: &'static str,
    pub(super) fewer_fillers: &'static str,
    pub(super) shorter_sentences: &'static str,
    pub(super) whole_sentences: &'static str,
    pub(super) slower: &'static str,
    pub(super) faster: &'static str,
    pub(super) try_harder: &'static str,

    /// Company.
    pub(super) subject: &'static str,
    pub(super) dear: &'static str,
    pub(super) thanks: &'static str,
    pub(super) you_raised: &'static str,
    pub(super) still_open: &'static str,
    pub(super) next_step: &'static str,
    pub(super) regards: &'static str,
}

/// For a BCP 47 language; English where there is no other.
pub(super) fn wording(language: &str) -> &'static Wording {
    let language = language.to_lowercase();
    match language.split('-').next().unwrap_or_default() {
        "zh" | "cmn" if ["cn", "sg", "hans"].iter().any(|tag| language.contains(tag)) => &SIMPLIFIED,
        "zh" | "cmn" | "yue" | "nan" => &TRADITIONAL,
        _ => &ENGLISH,
    }
}

pub(super) fn fill(template: &str, values: &[&dyn Display]) -> String {
    let mut parts = template.split("{}");
    let mut text = parts.next().unwrap_or_default().to_owned();
    for (part, value) in parts.zip(values) {
        let value = value.to_string();
        let plural = if value == "1" { "" } else { "s" };
        text += &value;
        text += &part.replace("{s}", plural);
    }
    text
}

const ENGLISH: Wording = Wording {
    unit: Unit::Words,
    space: " ",
    comma: ", ",
    question_marks: &["?"],
    fillers: &[
        "um",
        "uh",
        "uhm",
        "er",
        "erm",
        "hmm",
        "you know",
        "i mean",
        "sort of",
        "kind of",
        "basically",
        "literally",
    ],
    measures: &[
        "percent",
        "per cent",
        "half",
        "twice",
        "double",
        "hundred",
        "thousand",
        "million",
        "minute",
        "hour",
        "day",
        "week",
        "month",
        "quarter",
        "year",
        "monday",
        "tuesday",
        "wednesday",
        "thursday",
        "friday",
    ],
    short_words: 4,
    substantial_words: 8,
    long_sentence: 22,
    pace: 90..=190,
    address: &[("You ", "{} "), ("Your ", "{}'s "), (" you ", " {} ")],
    value: "Value Articulation",
    handling: "Objection Handling",
    clarity: "Technical Clarity",
    value_explained: "You used {} of the terms that matter to this persona, and backed {} line{s} with a number, a date or a measure.",
    handling_explained: "You dealt with {} of {} objection{s} that came up, and asked {} question{s}.",
    clarity_explained: "Your sentences have {} word{s} on average, with {} filler word{s} in all.",
    went_well: "A strong practice: you spoke to what matters and left little open.",
    went_fairly: "A solid practice with room to grow.",
    went_poorly: "A first step: the conversation needs more substance and more answers.",
    facts: "You spoke {} time{s} with {} word{s} on average, dealt with {} of {} objection{s} and asked {} question{s}.",
    say_instead: "You could have said: “{}”",
    give_numbers: "Back what you say with a number, a date or a result.",
    say_more: "Give each answer a reason or an example; one clause convinces nobody.",
    answer_with: "When {} says “{}”, speak about: {}.",
    ask_first: "Ask a question before you answer; it shows what is behind the objection.",
    fewer_fillers: "Pause in silence instead of using filler words ({} of them).",
    shorter_sentences: "Split your sentences: {} words on average are hard to follow by ear.",
    whole_sentences: "Answer in whole sentences; most of your lines are only a few words.",
    slower: "Speak more slowly: {} words a minute are hard to follow.",
    faster: "Speak a little faster: {} words a minute lose the listener.",
    try_harder: "Try the same conversation with a harder scenario.",
    subject: "Our conversation and the next step for {}",
    dear: "Dear {},",
    thanks: "Thank you for your time and for speaking so openly. I have put together what we talked about.",
    you_raised: "You raised, and we discussed:",
    still_open: "I still owe you an answer to:",
    next_step: "I suggest a short call this week to go through the open points and agree on a first step. Which day suits you?",
    regards: "Kind regards,\n{}",
};

const SIMPLIFIED: Wording = Wording {
    unit: Unit::Characters,
    space: "",
    comma: "、",
    question_marks: &["?", "？", "吗", "呢"],
    fillers: &["嗯", "呃", "就是说", "怎么说呢", "那个那个", "这个这个", "然后然后"],
    measures: &[
        "百分", "分钟", "小时", "秒", "今天", "明天", "下周", "周一", "周二", "周三", "周四", "周五", "个月", "一年",
        "两年", "三年", "倍", "万",
    ],
    short_words: 5,
    substantial_words: 14,
    long_sentence: 40,
    pace: 120..=320,
    address: &[("您", "{}")],
    value: "价值表达",
    handling: "异议处理",
    clarity: "技术清晰度",
    value_explained: "您用到了{}个对方在意的要点，有{}句话带有数字、日期或具体结果。",
    handling_explained: "对方提出的异议中，您回应了{}个（共{}个），并提了{}个问题。",
    clarity_explained: "您的句子平均{}个字，共有{}个口头禅。",
    went_well: "表现出色：您谈到了对方真正在意的事，几乎没有遗留问题。",
    went_fairly: "表现稳健，仍有提升空间。",
    went_poorly: "这是一个开始：对话还需要更多内容和更多回应。",
    facts: "您发言{}次，平均每次{}个字，回应了{}个异议（共{}个），提问{}次。",
    say_instead: "您可以这样说：“{}”",
    give_numbers: "用数字、日期或结果来支持您的说法。",
    say_more: "每个回答都要有理由或例子，半句话说服不了人。",
    answer_with: "当{}说“{}”时，可以谈：{}。",
    ask_first: "先提问，再回答，问题能让您看清异议背后的原因。",
    fewer_fillers: "用停顿代替口头禅（共{}个）。",
    shorter_sentences: "把句子拆短：平均{}个字，听起来很吃力。",
    whole_sentences: "请用完整的句子回答，您的多数发言只有几个字。",
    slower: "放慢语速：每分钟{}个字，对方很难跟上。",
    faster: "稍微加快语速：每分钟{}个字，听众容易走神。",
    try_harder: "用更难的场景再练一次同样的对话。",
    subject: "我们的谈话与{}的下一步",
    dear: "{}，您好：",
    thanks: "感谢您抽出时间坦诚交流。我把谈话的要点整理如下。",
    you_raised: "您提出、我们已经讨论的问题：",
    still_open: "我还需要回复您的问题：",
    next_step: "建议本周安排一次简短的通话，过一遍未决事项并确定第一步。您哪天方便？",
    regards: "此致\n敬礼\n{}",
};

const TRADITIONAL: Wording = Wording {
    unit: Unit::Characters,
    space: "",
    comma: "、",
    question_marks: &["?", "？", "嗎", "呢", "無", "敢會"],
    fillers: &["嗯", "呃", "就是說", "怎麼說呢", "那個那個", "這個這個", "然後然後"],
    measures: &[
        "百分",
        "分鐘",
        "小時",
        "秒",
        "今天",
        "明天",
        "下週",
        "下禮拜",
        "週一",
        "週二",
        "週三",
        "週四",
        "週五",
        "個月",
        "一年",
        "兩年",
        "三年",
        "倍",
        "萬",
    ],
    short_words: 5,
    substantial_words: 14,
    long_sentence: 40,
    pace: 120..=320,
    address: &[("您", "{}")],
    value: "價值表達",
    handling: "異議處理",
    clarity: "技術清晰度",
    value_explained: "您用到了{}個對方在意的要點，有{}句話帶有數字、日期或具體結果。",
    handling_explained: "對方提出的異議中，您回應了{}個（共{}個），並提了{}個問題。",
    clarity_explained: "您的句子平均{}個字，共有{}個口頭禪。",
    went_well: "表現出色：您談到了對方真正在意的事，幾乎沒有遺留問題。",
    went_fairly: "表現穩健，仍有進步空間。",
    went_poorly: "這是一個開始：對話還需要更多內容和更多回應。",
    facts: "您發言{}次，平均每次{}個字，回應了{}個異議（共{}個），提問{}次。",
    say_instead: "您可以這樣說：「{}」",
    give_numbers: "用數字、日期或結果來支持您的說法。",
    say_more: "每個回答都要有理由或例子，半句話說服不了人。",
    answer_with: "當{}說「{}」時，可以談：{}。",
    ask_first: "先提問，再回答，問題能讓您看清異議背後的原因。",
    fewer_fillers: "用停頓代替口頭禪（共{}個）。",
    shorter_sentences: "把句子拆短：平均{}個字，聽起來很吃力。",
    whole_sentences: "請用完整的句子回答，您的多數發言只有幾個字。",
    slower: "放慢語速：每分鐘{}個字，對方很難跟上。",
    faster: "稍微加快語速：每分鐘{}個字，聽眾容易分心。",
    try_harder: "用更難的情境再練一次同樣的對話。",
    subject: "我們的談話與{}的下一步",
    dear: "{}，您好：",
    thanks: "感謝您抽出時間坦誠交流。我把談話的重點整理如下。",
    you_raised: "您提出、我們已經討論的問題：",
    still_open: "我還需要回覆您的問題：",
    next_step: "建議本週安排一次簡短的通話，過一遍未決事項並確定第一步。您哪天方便？",
    regards: "敬祝 順心\n{}",
};

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_counted_agrees_with_its_number() {
        let template = "{} of {} objection{s} and {} question{s}";
        assert_eq!(fill(template, &[&0, &1, &2]), "0 of 1 objection and 2 questions");
        assert_eq!(fill(template, &[&1, &3, &1]), "1 of 3 objections and 1 question");
    }
}
