//! What every catalogue does with scenarios that somebody writes or changes in it.

use super::example::{new_session, scenario, settle, user_id};
use crate::{Catalog, PageRequest, Scenario, ScenarioFilter, StoreError, Timestamp};

/// Runs every check on a fresh catalogue.
pub async fn suite<C: Catalog>(fresh: impl AsyncFn() -> C) {
    a_scenario_that_somebody_writes_is_found_like_any_other(&fresh().await).await;
    a_name_that_is_taken_is_a_conflict_and_changes_nothing(&fresh().await).await;
    a_change_replaces_the_scenario_and_its_names(&fresh().await).await;
    an_inactive_scenario_is_seen_only_by_who_asks_for_it(&fresh().await).await;
    shipping_leaves_alone_what_somebody_wrote_or_changed(&fresh().await).await;
    a_shipped_name_does_not_take_over_one_that_somebody_gave(&fresh().await).await;
    a_scenario_is_deleted_unless_it_was_practised(&fresh().await).await;
    an_unknown_scenario_cannot_be_changed(&fresh().await).await;
}

fn named(id: &str, alias: &str) -> Scenario {
    Scenario { aliases: vec![alias.to_owned()], ..scenario(id, id) }
}

async fn write(db: &impl Catalog, scenario: &Scenario) {
    let written = db.create_scenario(scenario, &user_id("ann"), Timestamp(700)).await;
    assert!(written.is_ok(), "{written:?}");
}

async fn answers_to(db: &impl Catalog, name: &str) -> Option<String> {
    db.scenario(name).await.expect("scenarios are read").map(|found| found.scenario.id)
}

async fn a_scenario_that_somebody_writes_is_found_like_any_other(db: &impl Catalog) {
    settle(db).await;
    let mine = named("mine", "also-mine");
    let written = db.create_scenario(&mine, &user_id("ann"), Timestamp(700)).await.expect("it is written");
    assert_eq!(written.scenario, mine);
    assert_eq!((written.is_active, written.author.clone()), (true, Some(user_id("ann"))));
    assert_eq!((written.created_at, written.updated_at), (Timestamp(700), Timestamp(700)));
    assert_eq!(db.scenario("mine").await, Ok(Some(written.clone())));
    assert_eq!(db.scenario("also-mine").await, Ok(Some(written)));
    let shipped = db.scenario("budget").await.expect("scenarios are read").expect("it is there");
    assert_eq!(shipped.author, None);
}

async fn a_name_that_is_taken_is_a_conflict_and_changes_nothing(db: &impl Catalog) {
    settle(db).await;
    write(db, &named("mine", "also-mine")).await;
    for taken in [named("mine", "x"), named("also-mine", "x"), named("other", "budget"), named("budget", "x")] {
        let refused = db.create_scenario(&taken, &user_id("ann"), Timestamp(800)).await;
        assert!(matches!(refused, Err(StoreError::Conflict(_))), "{refused:?}");
    }
    let refused = db.change_scenario(&named("mine", "budget"), &user_id("ann"), Timestamp(800)).await;
    assert!(matches!(refused, Err(StoreError::Conflict(_))), "{refused:?}");
    assert_eq!(answers_to(db, "also-mine").await.as_deref(), Some("mine"));
    assert_eq!(answers_to(db, "budget").await.as_deref(), Some("budget"));
    assert_eq!(answers_to(db, "other").await, None);
}

async fn a_change_replaces_the_scenario_and_its_names(db: &impl Catalog) {
    settle(db).await;
    write(db, &named("mine", "old")).await;
    let changed = Scenario { max_turns: 3, ..named("mine", "new") };
    let written = db.change_scenario(&changed, &user_id("bob"), Timestamp(900)).await.expect("it is changed");
    assert_eq!(written.scenario, changed);
    assert_eq!((written.author, written.created_at), (Some(user_id("bob")), Timestamp(700)));
    assert_eq!(written.updated_at, Timestamp(900));
    assert_eq!(answers_to(db, "old").await, None);
    assert_eq!(answers_to(db, "new").await.as_deref(), Some("mine"));
}

async fn an_inactive_scenario_is_seen_only_by_who_asks_for_it(db: &impl Catalog) {
    settle(db).await;
    let status = async |active| {
        let written = db.set_scenario_active("budget", active, &user_id("ann"), Timestamp(800)).await;
        assert_eq!(written.map(|found| found.is_active), Ok(active));
    };
    let listed = async |with_inactive| {
        let filter = ScenarioFilter { with_inactive, ..ScenarioFilter::default() };
        let page = db.scenarios(&filter, PageRequest { page: 1, size: 10 }).await;
        page.expect("scenarios are listed").total
    };
    status(false).await;
    assert_eq!(answers_to(db, "budget").await, None);
    assert_eq!((listed(false).await, listed(true).await), (0, 1));
    let found = db.scenario_of_any_status("budget").await.expect("scenarios are read");
    assert_eq!(found.map(|found| found.is_active), Some(false));
    status(true).await;
    assert_eq!(answers_to(db, "budget").await.as_deref(), Some("budget"));
}

async fn shipping_leaves_alone_what_somebody_wrote_or_changed(db: &impl Catalog) {
    settle(db).await;
    let shipped = [named("budget", "shipped-name"), scenario("off", "Off")];
    assert_eq!(db.ship_scenarios(&shipped, Timestamp(600)).await, Ok(()));
    write(db, &named("mine", "also-mine")).await;
    let changed = named("budget", "my-name");
    let done = db.change_scenario(&changed, &user_id("ann"), Timestamp(800)).await;
    assert!(done.is_ok(), "{done:?}");
    let off = db.set_scenario_active("off", false, &user_id("ann"), Timestamp(800)).await;
    assert!(off.is_ok(), "{off:?}");

    assert_eq!(db.ship_scenarios(&shipped, Timestamp(900)).await, Ok(()));
    let budget = db.scenario("my-name").await.expect("scenarios are read").expect("it is there");
    assert_eq!((budget.scenario, budget.updated_at), (changed, Timestamp(800)));
    assert_eq!(answers_to(db, "shipped-name").await, None);
    assert_eq!(answers_to(db, "also-mine").await.as_deref(), Some("mine"));
    assert_eq!(answers_to(db, "off").await, None);
}

async fn a_shipped_name_does_not_take_over_one_that_somebody_gave(db: &impl Catalog) {
    settle(db).await;
    write(db, &named("mine", "popular")).await;
    let shipped = [named("budget", "popular")];
    assert_eq!(db.ship_scenarios(&shipped, Timestamp(900)).await, Ok(()));
    assert_eq!(answers_to(db, "popular").await.as_deref(), Some("mine"));
    assert_eq!(answers_to(db, "budget").await.as_deref(), Some("budget"));
}

async fn a_scenario_is_deleted_unless_it_was_practised(db: &impl Catalog) {
    settle(db).await;
    write(db, &named("mine", "also-mine")).await;
    let begun = db.create_session(new_session("s", "ann")).await;
    assert!(begun.is_ok(), "{begun:?}");
    let practised = db.delete_scenario("budget").await;
    assert!(matches!(practised, Err(StoreError::Conflict(_))), "{practised:?}");
    assert_eq!(answers_to(db, "budget").await.as_deref(), Some("budget"));
    assert_eq!(db.delete_scenario("mine").await, Ok(()));
    assert_eq!(answers_to(db, "also-mine").await, None);
    let again = db.delete_scenario("mine").await;
    assert!(matches!(again, Err(StoreError::NotFound(_))), "{again:?}");
}

async fn an_unknown_scenario_cannot_be_changed(db: &impl Catalog) {
    settle(db).await;
    let changed = db.change_scenario(&scenario("none", "None"), &user_id("ann"), Timestamp(1)).await;
    assert!(matches!(changed, Err(StoreError::NotFound(_))), "{changed:?}");
    let switched = db.set_scenario_active("none", true, &user_id("ann"), Timestamp(1)).await;
    assert!(matches!(switched, Err(StoreError::NotFound(_))), "{switched:?}");
}
