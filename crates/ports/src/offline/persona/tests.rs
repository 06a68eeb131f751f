use std::{collections::HashSet, sync::Arc};

use futures_util::StreamExt;

use super::*;
use crate::{Line, Scenario, SessionId, Speaker, scenario_file::shipped};

struct Conversation {
    scenario: Arc<Scenario>,
    history: Vec<Line>,
    turn: u32,
}

impl Conversation {
    fn about(id: &str) -> Self {
        let scenario = shipped().into_iter().find(|s| s.id == id).unwrap();
        Self::of(scenario)
    }

    fn of(scenario: Scenario) -> Self {
        let opening = Line { speaker: Speaker::Persona, text: scenario.opening.as_str().into() };
        Self { scenario: Arc::new(scenario), history: vec![opening], turn: 0 }
    }

    async fn says(&mut self, text: &str) -> String {
        let line = |speaker, text: &str| Line { speaker, text: text.into() };
        self.turn += 1;
        self.history.push(line(Speaker::User, text));
        let prompt = Prompt {
            session: SessionId::parse("s").unwrap(),
            turn: self.turn,
            max_turns: self.scenario.max_turns,
            language: self.scenario.language.clone(),
            scenario: Arc::clone(&self.scenario),
            history: self.history.clone(),
        };
        let mut answer = String::new();
        let mut stream = ScenarioPersona.answer(prompt).await.unwrap();
        while let Some(token) = stream.next().await {
            if let Token::Text(text) = token.unwrap() {
                answer.push_str(&text);
            }
        }
        self.history.push(line(Speaker::Persona, &answer));
        answer
    }
}

#[tokio::test]
async fn an_objection_that_is_dealt_with_makes_room_for_the_next() {
    let mut talk = Conversation::about("cloud-migration-discussion");
    let objections = talk.scenario.objections.clone();
    let first = talk.says("Hello Marcus, we move warehouses to the cloud.").await;
    assert!(first.starts_with("Hello. "), "{first}");
    assert!(first.contains("What happens when yours goes wrong?"), "{first}");
    let second = talk.says("We run both in PARALLEL.").await;
    assert!(second.contains(objections[0].when_answered.as_deref().unwrap()), "{second}");
    assert!(second.contains(&objections[1].says), "{second}");
}

#[tokio::test]
async fn an_answer_beside_the_point_makes_it_insist_in_other_words_and_then_let_it_rest() {
    let mut talk = Conversation::about("cloud-migration-discussion");
    let objection = talk.scenario.objections[0].clone();
    talk.says("Let us talk about the weather.").await;
    for other_words in &objection.insists {
        let answer = talk.says("The weather is lovely today.").await;
        assert!(answer.contains(other_words), "{answer}");
        assert!(!answer.contains(&objection.says), "{answer}");
    }
    let answer = talk.says("It may rain tomorrow.").await;
    assert!(answer.contains(&talk.scenario.objections[1].says), "{answer}");
}

#[tokio::test]
async fn every_shipped_demo_convinces_its_persona_within_its_turns() {
    for scenario in shipped() {
        let id = scenario.id.clone();
        let lines = scenario.demo_lines.clone();
        let convinced = phrases::phrases(&scenario.language).convinced;
        let mut talk = Conversation::of(scenario);
        let mut answers = Vec::new();
        for line in &lines {
            answers.push(talk.says(line).await);
        }
        assert!(answers.iter().any(|answer| answer.contains(convinced)), "{id}: {answers:#?}");
    }
}

#[tokio::test]
async fn no_sentence_is_said_twice_however_the_conversation_goes() {
    let remarks =
        ["Hello!", "", "What worries you?", "Hm.", "你好嗎？", "Thanks a lot", "why", "Okay, I see, and so on."];
    for scenario in shipped() {
        for step in 1..7_usize {
            let mut talk = Conversation::of(Scenario { max_turns: 50, ..scenario.clone() });
            let mut said: HashSet<String> =
                sentences::sentences(&scenario.opening).iter().map(|&s| s.to_owned()).collect();
            for turn in 0..50_usize {
                let answered = &scenario.objections[turn % scenario.objections.len()].answered_by;
                let remark = if turn % step == 1 { answered[0].as_str() } else { remarks[turn * step % remarks.len()] };
                let answer = talk.says(remark).await;
                assert!(!answer.is_empty(), "{} turn {turn}", scenario.id);
                for sentence in sentences::sentences(&answer) {
                    assert!(said.insert(sentence.to_owned()), "{}: {sentence}", scenario.id);
                }
            }
        }
    }
}

#[tokio::test]
async fn the_last_turn_closes_the_conversation() {
    let mut scenario = shipped().into_iter().find(|s| s.id == "test-scenario").unwrap();
    scenario.max_turns = 3;
    let mut talk = Conversation::of(scenario);
    talk.says("Good morning.").await;
    assert!(talk.says("Well.").await.contains("We only have a moment left."));
    assert!(talk.says("Well.").await.contains("all the time I have"));
}

#[tokio::test]
async fn a_question_about_worries_is_answered_with_one() {
    let mut talk = Conversation::about("renewal-in-shanghai");
    let answer = talk.says("李总您好，您最担心的是什么？").await;
    assert!(answer.contains("我最放不下的，就是流感季系统再出问题。"), "{answer}");
}

#[tokio::test]
async fn the_mood_shows_where_a_stage_begins() {
    let mut talk = Conversation::about("test-scenario");
    talk.says("Good morning Ines").await;
    talk.says("It takes five minutes").await;
    let answer = talk.says("The first months are free").await;
    assert!(answer.contains(&talk.scenario.stages[1].lines[0]), "{answer}");
}

#[tokio::test]
async fn the_same_history_gives_the_same_answer() {
    let mut one = Conversation::about("angry-customer");
    let mut other = Conversation::about("angry-customer");
    for line in one.scenario.demo_lines.clone() {
        assert_eq!(one.says(&line).await, other.says(&line).await);
    }
}
