//! What the trainees of the labelled set say, where they hesitate, and what a recogniser makes of it.

use super::random::Random;

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Language {
    English,
    Mandarin,
}

/// Spoken without a pause.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Phrase {
    pub(super) spoken: String,
    /// By the recogniser, word by word. Its punctuation comes with the last word and is a guess.
    pub(super) heard: Vec<String>,
    /// Letters of all words, those that the recogniser left out included.
    pub(super) letters: usize,
    /// Silence behind it, within the turn; none behind the last phrase.
    pub(super) pause_ms: u64,
}

/// What a language offers to build turns from.
struct Material {
    answers: &'static [&'static str],
    questions: &'static [&'static str],
    statements: &'static [&'static str],
    closers: &'static [&'static str],
    conjunctions: &'static [&'static str],
    fillers: &'static [&'static str],
    openers: &'static [&'static str],
    /// Sentences with a place where somebody may stop to think.
    broken: &'static [(&'static str, &'static str)],
    comma: &'static str,
    stop: &'static str,
    question_mark: &'static str,
    space: &'static str,
}

const PAUSES_MS: (u64, u64) = (300, 1_200);
/// Of recognisers, in percent: a filler is left out.
const FILLER_LOST: u64 = 30;
/// A mark is left out at the end of a turn; at a pause within it one is left out, or a full stop stands there.
const END_MARK_LOST: u64 = 35;
const PAUSE_MARK_LOST: u64 = 25;
const PAUSE_MARK_WRONG: u64 = 15;

const ENGLISH: Material = Material {
    answers: &[
        "Yes",
        "No",
        "Sure",
        "Yes, that works",
        "Not at all",
        "Okay",
        "Exactly",
        "Perhaps",
        "On Friday",
        "About forty",
    ],
    questions: &[
        "Why was my application rejected",
        "Could I speak to the manager",
        "Where do I have to sign",
        "Does the warranty cover water damage",
        "How long have you been working here",
        "What would you do in my place",
        "Are the batteries included",
        "Did you read my last report",
    ],
    statements: &[
        "The heating has been broken for a month",
        "I feel that my work is not appreciated",
        "We signed with another supplier in spring",
        "Your invoice arrived after the deadline",
        "My father refuses to take his medicine",
        "The training starts at nine o'clock",
        "You promised me a window seat",
        "I never received the confirmation",
        "That price is out of the question for us",
        "The children were waiting outside in the rain",
        "I can offer you ten percent less",
        "Everybody in the office uses this printer",
        "The doctor said it was nothing serious",
        "I have been thinking about leaving the company",
    ],
    closers: &[
        "Thanks for calling",
        "That would be wonderful",
        "Let's talk again next week",
        "I appreciate it",
        "Have a nice day",
    ],
    conjunctions: &["and", "but", "because", "so", "or", "while"],
    fillers: &["um", "uh", "like", "you know", "er", "let me think"],
    openers: &["Well", "So", "Uh", "Right", "Honestly"],
    broken: &[
        ("I was hoping that", "we could meet earlier"),
        ("She has already sent", "the documents to the bank"),
        ("Do you happen to know", "when the office opens"),
        ("The person in charge of the", "budget is on holiday"),
        ("After the meeting", "he apologised to everybody"),
        ("I would be happy with", "a partial refund"),
        ("We could start", "with a smaller order"),
        ("What I really need is", "a quiet place to work"),
        ("They deliver on Mondays", "and Thursdays only"),
        ("You should have", "told me last year"),
        ("The code is four seven one", "eight eight two zero"),
        ("He was quite", "upset about the mistake"),
    ],
    comma: ",",
    stop: ".",
    question_mark: "?",
    space: " ",
};

const MANDARIN: Material = Material {
    answers: &["好啊", "對", "不是", "可以", "还没有", "星期五", "大概四十個", "沒錯", "不太想", "是的"],
    questions: &[
        "為什麼我的申請沒有通過",
        "可以請經理來一下嗎",
        "我要在哪裡簽名",
        "保固有包含泡水嗎",
        "你在这里工作多久了",
        "換作是你會怎麼做",
        "电池要另外买吗",
        "你看過我的報告了沒有",
    ],
    statements: &[
        "暖氣已經壞了一個月",
        "我覺得我的努力沒有人看見",
        "我们春天就跟别家签约了",
        "你們的發票晚了兩個星期才到",
        "我爸爸不肯吃藥",
        "訓練課程九點開始",
        "你答應給我靠窗的座位",
        "我沒有收到確認信",
        "这个价格我们没有办法接受",
        "孩子們在外面淋雨等了很久",
        "我可以再便宜一成",
        "整個辦公室都用這台印表機",
        "医生说没什么大问题",
        "我最近在考慮離職",
    ],
    closers: &["謝謝你打來", "那太好了", "下个星期再聊", "辛苦你了", "祝你有愉快的一天"],
    conjunctions: &["可是", "而且", "因为", "所以", "或者", "不過"],
    fillers: &["嗯", "呃", "那个", "怎麼說", "就是說"],
    openers: &["嗯", "这个", "其實", "然後", "呃"],
    broken: &[
        ("我本來希望", "我們可以早一點見面"),
        ("她已經把文件", "寄給銀行了"),
        ("你知不知道", "他們幾點上班"),
        ("负责预算的", "同事正在休假"),
        ("開完會以後", "他跟大家道歉了"),
        ("如果可以退一半的錢", "我就滿意了"),
        ("我們可以先", "從小一點的訂單開始"),
        ("我真正需要的是", "一個安靜的地方"),
        ("他们只有星期一和", "星期四送货"),
        ("你應該", "去年就告訴我"),
        ("密碼是四七一", "八八二零"),
        ("他對這個錯誤非常", "不高興"),
    ],
    comma: "，",
    stop: "。",
    question_mark: "？",
    space: "",
};

/// One turn, as somebody says it who is not always sure how to go on.
pub(super) fn turn(language: Language, random: &mut Random) -> Vec<Phrase> {
    let material = match language {
        Language::English => &ENGLISH,
        Language::Mandarin => &MANDARIN,
    };
    let mut turn = Turn { material, random, phrases: Vec::new() };
    match turn.random.between(0, 9) {
        0 | 1 => turn.answer(),
        2..=4 => turn.sentence(),
        5 | 6 => turn.joined(),
        7 => turn.hesitant(),
        8 => turn.broken(),
        _ => turn.opened(),
    }
    turn.phrases
}

struct Turn<'a> {
    material: &'static Material,
    random: &'a mut Random,
    phrases: Vec<Phrase>,
}

impl Turn<'_> {
    fn answer(&mut self) {
        let answer = self.random.pick(self.material.answers);
        self.end(answer, self.material.stop);
    }

    fn sentence(&mut self) {
        let (sentences, mark) = match self.random.between(0, 3) {
            0 => (self.material.questions, self.material.question_mark),
            1 => (self.material.closers, self.material.stop),
            _ => (self.material.statements, self.material.stop),
        };
        let sentence = self.random.pick(sentences);
        self.end(sentence, mark);
    }

    /// Two clauses: a breath before the conjunction, or after it.
    fn joined(&mut self) {
        let Material { conjunctions, statements, space, comma, .. } = self.material;
        let (first, conjunction) = (self.random.pick(statements), self.random.pick(conjunctions));
        let second = uncapitalized(self.random.pick(statements));
        if self.random.happens(50) {
            self.pause(first, comma);
            self.end(&format!("{conjunction}{space}{second}"), self.material.stop);
        } else {
            self.pause(&format!("{first}{comma}{space}{conjunction}"), "");
            self.end(&second, self.material.stop);
        }
    }

    fn hesitant(&mut self) {
        let Material { broken, fillers, space, comma, .. } = self.material;
        let ((begun, rest), filler) = (self.random.pick(broken), self.random.pick(fillers));
        self.pause_after_filler(&format!("{begun}{comma}{space}"), filler);
        self.end(rest, self.material.stop);
    }

    fn broken(&mut self) {
        let (begun, rest) = self.random.pick(self.material.broken);
        self.pause(begun, "");
        self.end(rest, self.material.stop);
    }

    fn opened(&mut self) {
        let opener = self.random.pick(self.material.openers);
        self.pause_after_filler("", opener);
        if self.random.happens(50) { self.joined() } else { self.sentence() }
    }

    fn pause(&mut self, said: &str, mark: &'static str) {
        let guess = if self.random.happens(PAUSE_MARK_WRONG) {
            self.material.stop
        } else if self.random.happens(PAUSE_MARK_LOST) {
            ""
        } else {
            mark
        };
        self.phrase(said, mark, said, guess, PAUSES_MS);
    }

    fn pause_after_filler(&mut self, said: &str, filler: &str) {
        let is_lost = self.random.happens(FILLER_LOST);
        let heard = if is_lost { said.to_owned() } else { format!("{said}{filler}") };
        let guess = if self.random.happens(PAUSE_MARK_WRONG) { self.material.stop } else { "" };
        self.phrase(&format!("{said}{filler}"), self.material.comma, &heard, guess, PAUSES_MS);
    }

    fn end(&mut self, said: &str, mark: &'static str) {
        let guess = if self.random.happens(END_MARK_LOST) { "" } else { mark };
        self.phrase(said, mark, said, guess, (0, 0));
    }

    fn phrase(&mut self, said: &str, mark: &str, heard: &str, guess: &str, pauses_ms: (u64, u64)) {
        let letters = words(said, self.material).iter().map(|word| word.chars().count()).sum();
        let mut heard = words(heard, self.material);
        if let Some(last) = heard.last_mut() {
            last.truncate(last.trim_end_matches([',', '，']).len());
            last.push_str(guess);
        }
        let pause_ms = self.random.between(pauses_ms.0, pauses_ms.1);
        self.phrases.push(Phrase { spoken: format!("{said}{mark}"), heard, letters, pause_ms });
    }
}

/// With the space that separates them from the word before.
fn words(text: &str, material: &Material) -> Vec<String> {
    if !material.space.is_empty() {
        return text.split_whitespace().map(|word| format!(" {word}")).collect();
    }
    let mut words: Vec<String> = Vec::new();
    for c in text.chars() {
        match words.last_mut() {
            Some(last) if c == '，' => last.push(c),
            _ => words.push(c.to_string()),
        }
    }
    words
}

fn uncapitalized(sentence: &str) -> String {
    let mut letters = sentence.chars();
    let keeps = sentence.starts_with("I ");
    letters
        .next()
        .filter(|_| !keeps)
        .map_or_else(|| sentence.to_owned(), |first| first.to_lowercase().chain(letters).collect())
}
