use ports::{AnsweredRecord, HeardRecord, Timestamp, TurnRecord, scenario_file::shipped};

use super::*;

fn scenario(id: &str) -> Scenario {
    shipped().into_iter().find(|scenario| scenario.id == id).unwrap()
}

/// Lines with how long they took to say; the persona raises its objections one after the other.
fn turns(scenario: &Scenario, lines: &[(&str, u64)]) -> Vec<TurnRecord> {
    let turn = |(number, (text, duration_ms)): (u32, &(&str, u64))| TurnRecord {
        heard: HeardRecord {
            turn: number,
            text: (*text).to_owned(),
            language: scenario.language.clone(),
            confidence: None,
            provider: "test".to_owned(),
            segments: None,
            said_as: None,
            duration_ms: *duration_ms,
            event_seq: 1,
            at: Timestamp(1),
        },
        answered: scenario.objections.get(number as usize - 1).map(|objection| AnsweredRecord {
            turn: number,
            text: format!("Hm. {}", objection.says),
            provider: "test".to_owned(),
            usage: None,
            event_seq: 2,
            at: Timestamp(2),
        }),
        cut_short: None,
        spoken: None,
    };
    (1..).zip(lines).map(turn).collect()
}

fn typed<'a>(lines: &[&'a str]) -> Vec<(&'a str, u64)> {
    lines.iter().map(|line| (*line, 0)).collect()
}

fn report(id: &str, lines: &[(&str, u64)]) -> Assessment {
    let scenario = scenario(id);
    assess(&scenario, &turns(&scenario, lines)).unwrap()
}

const GOOD: [&str; 5] = [
    "Mr Kowalski, I will not put you on hold. Could you tell me what happened with the two cabinets?",
    "I am sorry. Three calls and a camping stove for two weeks, this should not have happened.",
    "I am taking this over myself. My name is Sam, and you get my direct number. Is that all right?",
    "The replacement parts leave the warehouse tomorrow, and the fitter comes on Thursday between eight and ten.",
    "I am refunding the delivery fee today, and you will have it in writing in ten minutes.",
];
const POOR: [&str; 5] = ["Um, okay.", "Uh, you know.", "Um, sure.", "No idea, sort of.", "Basically, um, yes."];

#[test]
fn dimensions_are_weighed_and_rest_on_the_trainees_own_words() {
    let report = report("angry-customer", &typed(&GOOD));
    let weighed: Vec<_> =
        report.findings.dimensions.iter().map(|dimension| (dimension.name.as_str(), dimension.weight)).collect();
    assert_eq!(weighed, [("Value Articulation", 35), ("Objection Handling", 35), ("Technical Clarity", 30)]);
    for dimension in &report.findings.dimensions {
        assert_eq!(dimension.quote, GOOD[dimension.turn.unwrap() as usize - 1]);
        assert!(!dimension.explanation.contains("{}"));
    }
    let sum: f64 = report.findings.dimensions.iter().map(|d| f64::from(d.score) * f64::from(d.weight)).sum();
    assert!((f64::from(report.overall_score) - sum / 100.0).abs() <= 0.5);
}

#[test]
fn answers_that_deal_with_the_objections_score_more_than_mumbling() {
    let (good, poor) = (report("angry-customer", &typed(&GOOD)), report("angry-customer", &typed(&POOR)));
    assert!(good.overall_score >= 80, "{good:#?}");
    assert!(poor.overall_score <= 40, "{poor:#?}");
    for (good, poor) in good.findings.dimensions.iter().zip(&poor.findings.dimensions) {
        assert!(good.score > poor.score, "{}", good.name);
    }
    assert!(good.findings.summary.contains("dealt with 4 of 4 objections"), "{}", good.findings.summary);
    assert!(poor.findings.summary.contains("dealt with 0 of 4 objections"), "{}", poor.findings.summary);
}

#[test]
fn an_objection_that_stays_open_is_named_with_what_would_have_answered_it() {
    let mut lines = GOOD;
    lines[4] = "Please call the accounting department about the fee, I cannot do anything there.";
    let report = report("angry-customer", &typed(&lines));
    let handling = &report.findings.dimensions[1];
    assert_eq!(handling.quote, lines[4]);
    assert!(handling.suggestions[0].contains("ninety bucks"), "{:?}", handling.suggestions);
    assert!(handling.suggestions[0].contains("refund"), "{:?}", handling.suggestions);
}

#[test]
fn what_was_said_before_an_objection_does_not_answer_it() {
    let mut lines = GOOD;
    lines[0] = "We refund everything, do not worry.";
    lines[4] = "Let us talk about that some other time then.";
    let report = report("angry-customer", &typed(&lines));
    assert!(report.findings.summary.contains("3 of 4"), "{}", report.findings.summary);
}

#[test]
fn fillers_cost_points_and_are_shown() {
    let mut filled = GOOD;
    filled[2] = "Um, I mean, I am taking this over myself, you know, and my name is Sam. Is that all right?";
    let clarity = |lines| report("angry-customer", &typed(lines)).findings.dimensions[2].clone();
    assert!(clarity(&filled).score < clarity(&GOOD).score);
    let filled = clarity(&filled);
    assert!(filled.suggestions[0].contains("3 of them"), "{:?}", filled.suggestions);
    assert!(filled.quote.starts_with("Um, I mean"));
}

#[test]
fn a_report_speaks_the_language_of_its_scenario() {
    for (id, name) in [
        ("renewal-in-shanghai", "价值表达"),
        ("counselling-caregiver", "價值表達"),
        ("visiting-grandmother", "價值表達"),
        ("price-negotiation", "Value Articulation"),
    ] {
        let scenario = scenario(id);
        let lines: Vec<_> = scenario.demo_lines.iter().map(|line| (line.as_str(), 0)).collect();
        let report = assess(&scenario, &turns(&scenario, &lines)).unwrap();
        assert_eq!(report.findings.dimensions[0].name, name);
        assert!(report.overall_score >= 50, "{id}: {report:#?}");
        assert!(!format!("{report:?}").contains("{}"));
    }
}

#[test]
fn two_turns_are_the_least_and_the_same_turns_get_the_same_report() {
    let scenario = scenario("angry-customer");
    assert_eq!(assess(&scenario, &turns(&scenario, &typed(&GOOD[..1]))), None);
    let twice = || report("angry-customer", &typed(&GOOD[..2]));
    assert_eq!(twice(), twice());
    assert!(!twice().findings.recommendations.is_empty());
}

#[test]
fn a_mail_takes_up_what_was_discussed_and_what_is_open() {
    let scenario = scenario("angry-customer");
    let mut lines = GOOD;
    lines[4] = "Please call the accounting department about the fee.";
    let draft = draft(&scenario, &turns(&scenario, &typed(&lines)), "Sam");
    assert!(draft.subject.contains(&scenario.persona.company));
    let (discussed, open) = draft.body.split_once("I still owe you").unwrap();
    assert!(draft.body.starts_with("Dear Dave Kowalski,"));
    assert!(discussed.contains(GOOD[1]) && !discussed.contains("ninety bucks"));
    assert!(open.contains("ninety bucks") && open.ends_with("Kind regards,\nSam"));
}

#[test]
fn whoever_else_reads_it_reads_about_the_trainee_by_name_while_advice_stays_advice() {
    for (id, address) in [
        ("angry-customer", vec!["You ", "Your "]),
        ("renewal-in-shanghai", vec!["您"]),
        ("visiting-grandmother", vec!["您"]),
    ] {
        let scenario = scenario(id);
        let lines: Vec<_> = scenario.demo_lines.iter().take(3).map(|line| (line.as_str(), 0)).collect();
        let own = assess(&scenario, &turns(&scenario, &lines)).unwrap().findings;
        let told = about("Kim", own.clone(), &scenario.language);
        let explanations = told.dimensions.iter().map(|dimension| &dimension.explanation);
        for text in explanations.chain([&told.summary]) {
            assert!(!address.iter().any(|address| text.contains(address)), "{text}");
        }
        assert!(told.summary.contains("Kim"), "{}", told.summary);
        let counts =
            |findings: &Findings| findings.dimensions.iter().map(|d| (d.score, d.quote.clone())).collect::<Vec<_>>();
        assert_eq!(counts(&told), counts(&own));
    }
    let own = report("angry-customer", &typed(&POOR)).findings;
    let told = about("Kim", own.clone(), "en-US");
    assert!(told.summary.contains("Kim spoke 5 times"), "{}", told.summary);
    assert!(told.dimensions[2].explanation.starts_with("Kim's sentences"), "{}", told.dimensions[2].explanation);
    assert!(told.dimensions[0].suggestions[0].starts_with("Kim could have said: “"), "{:?}", told.dimensions[0]);
    assert_eq!(told.dimensions[1].suggestions, own.dimensions[1].suggestions);
}
