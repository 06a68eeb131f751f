//! What every catalogue does. What it shows of turns that a journal wrote is checked with both together.

use super::example::{begin_later, new_session, new_user, open_session, scenario, session_id, settle, user_id};
use crate::{
    AnsweredRecord, Catalog, Claim, Difficulty, Email, EmailChange, HeardRecord, Journal, MessageRole, NewSession,
    NewUser, Page, PageRequest, ProfileChange, Record, Scenario, ScenarioFilter, ScenarioSummary, SessionRow,
    SessionStatus, StoreError, Timestamp,
};

/// Runs every check on a fresh catalogue, together with the journal that fills its sessions.
pub async fn suite<D: Journal + Catalog>(fresh: impl AsyncFn() -> D) {
    a_new_user_is_found_by_id_and_by_email(&fresh().await).await;
    a_taken_email_or_id_is_a_conflict(&fresh().await).await;
    a_profile_changes_only_where_it_is_told_to(&fresh().await).await;
    a_password_is_set(&fresh().await).await;
    somebody_unknown_cannot_be_changed(&fresh().await).await;
    everybody_is_listed_newest_first(&fresh().await).await;
    a_scenario_is_found_by_its_id_and_its_aliases(&fresh().await).await;
    a_scenario_that_is_no_longer_shipped_is_not_found(&fresh().await).await;
    shipping_again_keeps_what_did_not_change(&fresh().await).await;
    two_scenarios_with_one_name_are_a_conflict_and_change_nothing(&fresh().await).await;
    scenarios_are_filtered_and_paged(&fresh().await).await;
    the_most_practised_scenario_comes_first(&fresh().await).await;
    a_new_session_is_active_and_opens_with_the_persona(&fresh().await).await;
    a_session_id_is_created_once(&fresh().await).await;
    a_session_of_nobody_or_of_nothing_is_not_found(&fresh().await).await;
    a_session_is_claimed_by_the_first_who_asks(&fresh().await).await;
    of_two_who_claim_at_once_exactly_one_owns_the_session(&fresh().await).await;
    abandoning_spares_the_last_session_and_those_of_others(&fresh().await).await;
    of_two_sessions_that_begin_at_once_one_is_left(&fresh().await).await;
    a_session_is_completed_once(&fresh().await).await;
    a_practice_is_counted_once_however_many_complete_it(&fresh().await).await;
    an_abandoned_session_cannot_be_completed(&fresh().await).await;
    history_holds_completed_sessions_newest_first(&fresh().await).await;
    messages_are_the_opening_and_both_voices_of_every_turn(&fresh().await).await;
    null_characters_are_left_out(&fresh().await).await;
    a_catalogue_that_works_says_so(&fresh().await).await;
}

const EVERYTHING: PageRequest = PageRequest { page: 1, size: 100 };

async fn ship(db: &impl Catalog, scenarios: &[Scenario], at: i64) {
    assert_eq!(db.ship_scenarios(scenarios, Timestamp(at)).await, Ok(()));
}

async fn find(db: &impl Catalog, name: &str) -> Option<ScenarioSummary> {
    db.scenario(name).await.expect("scenarios are read")
}

async fn titles(db: &impl Catalog, filter: &ScenarioFilter, page: PageRequest) -> Page<String> {
    let found = db.scenarios(filter, page).await.expect("scenarios are listed");
    Page { total: found.total, items: found.items.into_iter().map(|found| found.scenario.title).collect() }
}

async fn session(db: &impl Catalog, id: &str) -> SessionRow {
    let found = db.session(&session_id(id)).await.expect("sessions are read");
    found.expect("the session is there")
}

async fn create(db: &impl Catalog, session: NewSession) -> SessionRow {
    db.create_session(session).await.expect("the session is created")
}

async fn a_new_user_is_found_by_id_and_by_email(db: &impl Catalog) {
    let created = db.create_user(new_user("ann")).await.expect("Ann is created");
    assert_eq!(created.email, "ann@example.com");
    assert!(created.is_active);
    assert_eq!(created.created_at, Timestamp(1_000));
    assert_eq!(db.user(&user_id("ann")).await, Ok(Some(created.clone())));
    assert_eq!(db.user_by_email("ann@example.com").await, Ok(Some(created)));
    assert_eq!(db.user(&user_id("bob")).await, Ok(None));
    assert_eq!(db.user_by_email("bob@example.com").await, Ok(None));
}

async fn a_taken_email_or_id_is_a_conflict(db: &impl Catalog) {
    let ann = db.create_user(new_user("ann")).await.expect("Ann is created");
    let mut same_email = new_user("bob");
    same_email.email.clone_from(&ann.email);
    let refused = db.create_user(same_email).await;
    assert!(matches!(refused, Err(StoreError::Conflict(_))), "{refused:?}");
    let mut same_id = new_user("ann");
    same_id.email = "other@example.com".to_owned();
    let refused = db.create_user(same_id).await;
    assert!(matches!(refused, Err(StoreError::Conflict(_))), "{refused:?}");
    assert_eq!(db.user(&user_id("ann")).await, Ok(Some(ann)));
}

async fn a_profile_changes_only_where_it_is_told_to(db: &impl Catalog) {
    let ann = db.create_user(new_user("ann")).await.expect("Ann is created");
    let change = ProfileChange { department: Some("Sales".to_owned()), ..ProfileChange::default() };
    let changed = db.change_profile(&ann.id, change, Timestamp(7_000)).await;
    let changed = changed.expect("the profile is changed");
    assert_eq!(changed.department.as_deref(), Some("Sales"));
    assert_eq!((&changed.name, &changed.avatar), (&ann.name, &None));
    assert_eq!(changed.created_at, ann.created_at);
    assert_eq!(changed.updated_at, Timestamp(7_000));
    assert_eq!(db.user(&ann.id).await, Ok(Some(changed)));
}

async fn a_password_is_set(db: &impl Catalog) {
    let ann = db.create_user(new_user("ann")).await.expect("Ann is created");
    let set = db.set_password(&ann.id, "$argon2id$x", Timestamp(7_000)).await;
    assert_eq!(set, Ok(()));
    let found = db.user(&ann.id).await.expect("users are read");
    let found = found.expect("Ann is there");
    assert_eq!(found.password_hash.as_deref(), Some("$argon2id$x"));
}

async fn somebody_unknown_cannot_be_changed(db: &impl Catalog) {
    let nobody = user_id("nobody");
    let changed = db.change_profile(&nobody, ProfileChange::default(), Timestamp(1)).await;
    assert!(matches!(changed, Err(StoreError::NotFound(_))), "{changed:?}");
    let set = db.set_password(&nobody, "x", Timestamp(1)).await;
    assert!(matches!(set, Err(StoreError::NotFound(_))), "{set:?}");
}

async fn everybody_is_listed_newest_first(db: &impl Catalog) {
    for (id, at) in [("ann", 1_000), ("bob", 3_000), ("cleo", 2_000)] {
        let created = db.create_user(NewUser { at: Timestamp(at), ..new_user(id) }).await;
        assert!(created.is_ok(), "{created:?}");
    }
    let ids = async |page, size| {
        let users = db.users(PageRequest { page, size }).await.expect("users are listed");
        let ids: Vec<String> = users.items.into_iter().map(|user| user.id.into()).collect();
        (ids.join(" "), users.total)
    };
    assert_eq!(ids(1, 10).await, ("bob cleo ann".to_owned(), 3));
    assert_eq!(ids(2, 2).await, ("ann".to_owned(), 3));
}

async fn a_scenario_is_found_by_its_id_and_its_aliases(db: &impl Catalog) {
    let mut budget = scenario("budget", "No budget left");
    budget.aliases = vec!["test-scenario".to_owned()];
    ship(db, &[budget.clone(), scenario("rival", "The rival")], 500).await;
    let found = find(db, "budget").await.expect("it is there");
    assert_eq!(found.scenario, budget);
    assert_eq!(found.practice_count, 0);
    assert_eq!(find(db, "test-scenario").await, Some(found));
    assert_eq!(find(db, "unknown").await, None);
}

async fn a_scenario_that_is_no_longer_shipped_is_not_found(db: &impl Catalog) {
    let mut budget = scenario("budget", "No budget left");
    budget.aliases = vec!["old-name".to_owned()];
    let rival = scenario("rival", "The rival");
    ship(db, &[budget.clone(), rival.clone()], 500).await;
    ship(db, std::slice::from_ref(&rival), 600).await;
    assert_eq!(find(db, "budget").await, None);
    assert_eq!(find(db, "old-name").await, None);
    let all = titles(db, &ScenarioFilter::default(), EVERYTHING).await;
    assert_eq!((all.items, all.total), (vec!["The rival".to_owned()], 1));

    budget.aliases.clear();
    ship(db, &[budget, rival], 700).await;
    assert!(find(db, "budget").await.is_some());
    assert_eq!(find(db, "old-name").await, None);
}

async fn shipping_again_keeps_what_did_not_change(db: &impl Catalog) {
    let [same, other] = ["same", "other"].map(|id| scenario(id, id));
    ship(db, &[same.clone(), other.clone()], 500).await;
    let changed = Scenario { max_turns: 3, ..other };
    ship(db, &[changed.clone(), same], 600).await;
    let same = find(db, "same").await.expect("it is there");
    assert_eq!((same.created_at, same.updated_at), (Timestamp(500), Timestamp(500)));
    let found = find(db, "other").await.expect("it is there");
    assert_eq!(found.scenario, changed);
    assert_eq!((found.created_at, found.updated_at), (Timestamp(500), Timestamp(600)));
}

async fn two_scenarios_with_one_name_are_a_conflict_and_change_nothing(db: &impl Catalog) {
    let first = scenario("first", "First");
    ship(db, std::slice::from_ref(&first), 500).await;
    let mut second = scenario("second", "Second");
    second.aliases = vec!["first".to_owned()];
    let refused = db.ship_scenarios(&[first.clone(), second], Timestamp(600)).await;
    assert!(matches!(refused, Err(StoreError::Conflict(_))), "{refused:?}");
    assert_eq!(find(db, "first").await.map(|found| found.scenario), Some(first));
    assert_eq!(find(db, "second").await, None);
}

async fn scenarios_are_filtered_and_paged(db: &impl Catalog) {
    let mut price = scenario("price", "Talking price");
    price.category = "Pricing & Negotiation".to_owned();
    let mut hard = scenario("hard", "A hard one");
    hard.difficulty = Difficulty::Hard;
    ship(db, &[scenario("budget", "No budget left"), price, hard], 500).await;
    let titles = async |filter: ScenarioFilter, page, size| {
        let found = titles(db, &filter, PageRequest { page, size }).await;
        (found.items.join(", "), found.total)
    };
    let everything = ScenarioFilter::default;
    let all = titles(everything(), 1, 10).await;
    assert_eq!(all, ("A hard one, No budget left, Talking price".to_owned(), 3));
    let second_page = titles(everything(), 2, 2).await;
    assert_eq!(second_page, ("Talking price".to_owned(), 3));
    assert_eq!(titles(everything(), 3, 2).await, (String::new(), 3));
    let priced = ScenarioFilter { category: Some("Pricing & Negotiation".to_owned()), ..everything() };
    assert_eq!(titles(priced, 1, 10).await, ("Talking price".to_owned(), 1));
    let difficult = ScenarioFilter { difficulty: Some(Difficulty::Hard), ..everything() };
    assert_eq!(titles(difficult, 1, 10).await, ("A hard one".to_owned(), 1));
    let search = |text: &str| ScenarioFilter { search: Some(text.to_owned()), ..everything() };
    assert_eq!(titles(search("BUDGET"), 1, 10).await, ("No budget left".to_owned(), 1));
    assert_eq!(titles(search("all about"), 1, 10).await.1, 3);
    assert_eq!(titles(search("%"), 1, 10).await.1, 0);
}

async fn the_most_practised_scenario_comes_first(db: &impl Catalog) {
    settle(db).await;
    ship(db, &[scenario("another", "Another"), scenario("budget", "No budget left")], 600).await;
    for id in ["begun", "begun-too"] {
        let elsewhere = NewSession { scenario_id: "another".to_owned(), ..new_session(id, "ann") };
        create(db, elsewhere).await;
    }
    create(db, new_session("s", "ann")).await;
    let done = db.complete_session(&session_id("s"), Timestamp(3_000)).await;
    assert!(done.is_ok(), "{done:?}");
    let all = titles(db, &ScenarioFilter::default(), EVERYTHING).await;
    assert_eq!(all.items, ["No budget left", "Another"]);
    let begun = find(db, "another").await.expect("it is there");
    assert_eq!(begun.practice_count, 0, "what was only begun is no practice");
}

async fn a_new_session_is_active_and_opens_with_the_persona(db: &impl Catalog) {
    let id = open_session(db).await;
    let expected = SessionRow {
        id: id.clone(),
        user: user_id("ann"),
        scenario_id: "budget".to_owned(),
        status: SessionStatus::Active,
        private: false,
        started_at: Timestamp(2_000),
        completed_at: None,
        messages: 1,
        score: None,
    };
    assert_eq!(db.session(&id).await, Ok(Some(expected)));
    assert_eq!(db.session(&session_id("unknown")).await, Ok(None));

    let silent = NewSession { opening: None, private: true, ..new_session("silent", "ann") };
    let silent = create(db, silent).await;
    assert_eq!((silent.messages, silent.private), (0, true));
}

async fn a_session_id_is_created_once(db: &impl Catalog) {
    open_session(db).await;
    let again = db.create_session(new_session("s", "ann")).await;
    assert!(matches!(again, Err(StoreError::Conflict(_))), "{again:?}");
}

async fn a_session_of_nobody_or_of_nothing_is_not_found(db: &impl Catalog) {
    settle(db).await;
    let of_nobody = db.claim_session(new_session("s", "nobody")).await;
    assert!(matches!(of_nobody, Err(StoreError::NotFound(_))), "{of_nobody:?}");
    let of_nothing = NewSession { scenario_id: "unknown".to_owned(), ..new_session("s", "ann") };
    let of_nothing = db.create_session(of_nothing).await;
    assert!(matches!(of_nothing, Err(StoreError::NotFound(_))), "{of_nothing:?}");
}

async fn a_session_is_claimed_by_the_first_who_asks(db: &impl Catalog) {
    settle(db).await;
    let first = db.claim_session(new_session("s", "ann")).await;
    let row = session(db, "s").await;
    assert_eq!(first, Ok(Claim::Created(row.clone())));
    let again = NewSession { opening: None, ..new_session("s", "ann") };
    assert_eq!(db.claim_session(again).await, Ok(Claim::Own(row.clone())));
    assert_eq!(db.claim_session(new_session("s", "bob")).await, Ok(Claim::Taken));
    assert_eq!(session(db, "s").await, row);
}

async fn of_two_who_claim_at_once_exactly_one_owns_the_session(db: &impl Catalog) {
    settle(db).await;
    for round in 0..20 {
        let id = format!("s{round}");
        let claims = ["ann", "bob", "ann", "bob"].map(|user| db.claim_session(new_session(&id, user)));
        let claims = futures_util::future::join_all(claims).await;
        let owner = session(db, &id).await.user;
        let created = claims.iter().filter(|claim| matches!(claim, Ok(Claim::Created(_)))).count();
        assert_eq!(created, 1, "{claims:?}");
        for (user, claim) in ["ann", "bob", "ann", "bob"].into_iter().zip(claims) {
            let taken = claim.expect("a claim is answered") == Claim::Taken;
            assert_eq!(taken, owner != user_id(user));
        }
    }
}

async fn abandoning_spares_the_last_session_and_those_of_others(db: &impl Catalog) {
    settle(db).await;
    for (id, user) in [("old", "ann"), ("done", "ann"), ("bobs", "bob")] {
        create(db, new_session(id, user)).await;
    }
    let done = db.complete_session(&session_id("done"), Timestamp(3_000)).await;
    assert!(done.is_ok(), "{done:?}");
    let new = begin_later(db, "new", "ann").await;
    let abandoned = db.abandon_earlier_sessions(&new, Timestamp(4_000)).await;
    assert_eq!(abandoned, Ok(1));
    let again = db.abandon_earlier_sessions(&new, Timestamp(5_000)).await;
    assert_eq!(again, Ok(0));
    let old = session(db, "old").await;
    assert_eq!((old.status, old.completed_at), (SessionStatus::Abandoned, None));
    assert_eq!(session(db, "done").await.status, SessionStatus::Completed);
    assert_eq!(session(db, "new").await.status, SessionStatus::Active);
    assert_eq!(session(db, "bobs").await.status, SessionStatus::Active);
}

async fn of_two_sessions_that_begin_at_once_one_is_left(db: &impl Catalog) {
    settle(db).await;
    // Both are there before either abandons anything; the second two began in the same millisecond.
    create(db, new_session("first", "ann")).await;
    let second = begin_later(db, "second", "ann").await;
    let third = begin_later(db, "third", "ann").await;
    for (than, expected) in [(&session_id("first"), 0), (&third, 2), (&second, 0)] {
        assert_eq!(db.abandon_earlier_sessions(than, Timestamp(4_000)).await, Ok(expected), "{than}");
    }
    assert_eq!(session(db, "third").await.status, SessionStatus::Active);
}

async fn a_session_is_completed_once(db: &impl Catalog) {
    let id = open_session(db).await;
    let completed = db.complete_session(&id, Timestamp(3_000)).await;
    let completed = completed.expect("the session is completed");
    assert_eq!(completed.status, SessionStatus::Completed);
    assert_eq!(completed.completed_at, Some(Timestamp(3_000)));
    assert_eq!(db.complete_session(&id, Timestamp(4_000)).await, Ok(completed));
    let unknown = db.complete_session(&session_id("unknown"), Timestamp(1)).await;
    assert!(matches!(unknown, Err(StoreError::NotFound(_))), "{unknown:?}");
}

async fn a_practice_is_counted_once_however_many_complete_it(db: &impl Catalog) {
    let id = open_session(db).await;
    let calls = (0..8).map(|n| db.complete_session(&id, Timestamp(3_000 + n)));
    let completed = futures_util::future::join_all(calls).await;
    assert!(completed.iter().all(|row| *row == completed[0]), "{completed:?}");
    let found = find(db, "budget").await.expect("it is there");
    assert_eq!(found.practice_count, 1);
}

async fn an_abandoned_session_cannot_be_completed(db: &impl Catalog) {
    let id = open_session(db).await;
    let later = begin_later(db, "later", "ann").await;
    let abandoned = db.abandon_earlier_sessions(&later, Timestamp(3_000)).await;
    assert_eq!(abandoned, Ok(1));
    let refused = db.complete_session(&id, Timestamp(4_000)).await;
    assert!(matches!(refused, Err(StoreError::Conflict(_))), "{refused:?}");
}

async fn history_holds_completed_sessions_newest_first(db: &impl Catalog) {
    settle(db).await;
    for (id, user) in [("a", "ann"), ("b", "ann"), ("c", "ann"), ("open", "ann"), ("x", "bob")] {
        create(db, new_session(id, user)).await;
    }
    for (at, id) in [(3_000, "b"), (4_000, "a"), (5_000, "c"), (6_000, "x")] {
        let done = db.complete_session(&session_id(id), Timestamp(at)).await;
        assert!(done.is_ok(), "{done:?}");
    }
    let history = async |page, size| {
        let page = db.history(&user_id("ann"), PageRequest { page, size }).await;
        let page = page.expect("history is read");
        let ids: Vec<String> = page.items.into_iter().map(|row| row.id.into()).collect();
        (ids.join(" "), page.total)
    };
    assert_eq!(history(1, 10).await, ("c a b".to_owned(), 3));
    assert_eq!(history(2, 2).await, ("b".to_owned(), 3));
    assert_eq!(history(3, 2).await, (String::new(), 3));
}

async fn messages_are_the_opening_and_both_voices_of_every_turn(db: &(impl Journal + Catalog)) {
    let id = open_session(db).await;
    let heard = |turn, at| {
        Record::Heard(HeardRecord {
            turn,
            text: format!("question {turn}"),
            language: "en-US".to_owned(),
            confidence: None,
            provider: "scripted".to_owned(),
            segments: None,
            said_as: None,
            duration_ms: 0,
            event_seq: 1,
            at: Timestamp(at),
        })
    };
    let answer = Record::Answered(AnsweredRecord {
        turn: 1,
        text: "answer 1".to_owned(),
        provider: "persona".to_owned(),
        usage: None,
        event_seq: 2,
        at: Timestamp(3_500),
    });
    let records = vec![heard(1, 3_000), answer, heard(2, 4_000)];
    assert_eq!(db.record(&id, records).await, Ok(()));

    let messages = db.messages(&id).await.expect("messages are read");
    let shown: Vec<_> =
        messages.iter().map(|said| (said.id.as_str(), said.turn, said.role, said.text.as_str(), said.at.0)).collect();
    let providers: Vec<_> = messages.iter().map(|said| said.provider.as_deref()).collect();
    let expected = [
        ("s-0-ai", 0, MessageRole::Ai, "You have ten minutes.", 2_000),
        ("s-1-user", 1, MessageRole::User, "question 1", 3_000),
        ("s-1-ai", 1, MessageRole::Ai, "answer 1", 3_500),
        ("s-2-user", 2, MessageRole::User, "question 2", 4_000),
    ];
    assert_eq!(shown, expected);
    assert_eq!(providers, [None, Some("scripted"), Some("persona"), Some("scripted")]);
    assert_eq!(session(db, "s").await.messages, 4);
    assert_eq!(db.messages(&session_id("unknown")).await, Ok(Vec::new()));
}

async fn null_characters_are_left_out(db: &impl Catalog) {
    settle(db).await;
    let cleo = db.create_user(NewUser { name: "\0Cleo".to_owned(), ..new_user("cleo") }).await;
    assert_eq!(cleo.expect("Cleo is created").name, "Cleo");
    let change = ProfileChange { department: Some("Sa\0les".to_owned()), ..ProfileChange::default() };
    let changed = db.change_profile(&user_id("cleo"), change, Timestamp(7_000)).await.expect("it is changed");
    assert_eq!(changed.department.as_deref(), Some("Sales"));
    assert_eq!(db.user_by_email("cleo\0@example.com").await, Ok(Some(changed)));

    assert_eq!(find(db, "budget\0").await, find(db, "budget").await);
    let by_id = db.scenario_of_any_status("budget\0").await.expect("scenarios are read");
    assert_eq!(by_id, find(db, "budget").await);
    let unknown = db.delete_scenario("un\0known").await;
    assert!(matches!(unknown, Err(StoreError::NotFound(_))), "{unknown:?}");

    let opening = Some("You have\0 ten minutes.".to_owned());
    create(db, NewSession { opening: opening.clone(), ..new_session("created", "ann") }).await;
    let claimed = db.claim_session(NewSession { opening, ..new_session("claimed", "ann") }).await;
    assert!(matches!(claimed, Ok(Claim::Created(_))), "{claimed:?}");
    for id in ["created", "claimed"] {
        let messages = db.messages(&session_id(id)).await.expect("messages are read");
        assert_eq!(messages[0].text, "You have ten minutes.");
    }

    let [to, subject, body] = ["ann@\0example.com", "\0Hello", "Dear\0 Dana"].map(str::to_owned);
    let email = Email {
        session: session_id("created"),
        to: to.clone(),
        subject: subject.clone(),
        body: body.clone(),
        is_edited: false,
        created_at: Timestamp(8_000),
        updated_at: Timestamp(8_000),
    };
    let kept = db.keep_email(email).await.expect("the mail is kept");
    assert_eq!(
        (kept.to.as_str(), kept.subject.as_str(), kept.body.as_str()),
        ("ann@example.com", "Hello", "Dear Dana")
    );
    let change = EmailChange { to: Some(to), subject: Some(subject), body: Some(body) };
    let changed = db.change_email(&kept.session, change, Timestamp(8_000)).await;
    assert_eq!(changed, Ok(Email { is_edited: true, ..kept }));
}

async fn a_catalogue_that_works_says_so(db: &impl Catalog) {
    assert_eq!(db.check().await, Ok(()));
}
