//! What people in simulations say.

/// The persona's.
pub(crate) const REPLIES: [&str; 10] = [
    "Yes.",
    "Why should I care?",
    "That is rather expensive for us. I would have to ask my boss about it.",
    "Good morning! What can I do for you today? I have ten minutes.",
    "Well, to be honest, we have been with the same supplier for eleven years, and nobody here complains. \
     So tell me what would be different with you. And please, no brochures.",
    "I see. Mr. Miller said something like that in 2019. It cost us 3.5 million. Do you remember?",
    "我们的价格很公道。您再考虑一下吧！您还有别的问题吗？",
    "好的，我明白了。不过这个价格对我们来说还是太高了，您能不能再给我一点折扣？谢谢。",
    "No",
    "Let me think about it, and call you back on Monday. Is that all right?",
];

/// The user's turns.
pub(crate) const TURNS: [&str; 12] = [
    "Good morning, my name is Ann.",
    "What does it cost?",
    "I would like to show you our new product.",
    "We could give you ten percent, if you order this week.",
    "Who else decides about this?",
    "That is a pity.",
    "Could you tell me what you pay today?",
    "Tell me a story about your company.",
    "你好，我想介绍一下我们的产品。",
    "您觉得这个价格怎么样？",
    "Let us meet on Tuesday then.",
    "I hear that you are not happy with the service.",
];

/// What a listener says without wanting the floor.
pub(crate) const BACKCHANNELS: [&str; 4] = ["mm", "right", "嗯", "uh-huh"];
