use bytes::Bytes;
use ports::{ObjectKey, Timestamp};
use serde_json::json;

use super::house::{Answer, House};
use crate::clock;

const SECRET: &str = "a production secret of more than 32 bytes";

fn soon() -> Timestamp {
    Timestamp(clock::now().0 + 60_000)
}

async fn kept(house: &House, name: &str) -> ObjectKey {
    let key = ObjectKey::parse(name).unwrap();
    house.app.objects.put(&key, Bytes::from_static(b"0123456789"), "audio/ogg").await.unwrap();
    key
}

async fn ranged(house: &House, path: &str, range: &str) -> Answer {
    house.get(path).header("range", range).send().await
}

#[tokio::test]
async fn stored_audio_plays_by_its_signed_address() {
    let house = House::new().await;
    let key = kept(&house, "sessions/s/audio/000001.ogg").await;
    let path = house.app.media.sign(&key, soon());
    let answer = house.get(&path).send().await;
    assert_eq!(answer.status, 200);
    assert_eq!(&answer.body[..], b"0123456789");
    assert_eq!(answer.header("content-type"), Some("audio/ogg"));
    assert_eq!(answer.header("accept-ranges"), Some("bytes"));
    assert!(answer.header("cache-control").unwrap().starts_with("private"));
}

#[tokio::test]
async fn a_player_may_seek() {
    let house = House::new().await;
    let key = kept(&house, "sessions/s/audio/000001.wav").await;
    let path = house.app.media.sign(&key, soon());
    let part = ranged(&house, &path, "bytes=2-4").await;
    assert_eq!(part.status, 206);
    assert_eq!(&part.body[..], b"234");
    assert_eq!(part.header("content-range"), Some("bytes 2-4/10"));
    let beyond = ranged(&house, &path, "bytes=10-").await;
    assert_eq!(beyond.status, 416);
    assert_eq!(beyond.header("content-range"), Some("bytes */10"));
}

#[tokio::test]
async fn an_address_that_was_changed_or_is_old_opens_nothing() {
    let house = House::new().await;
    let key = kept(&house, "sessions/s/audio/000001.ogg").await;
    let good = house.app.media.sign(&key, soon());
    let old = house.app.media.sign(&key, Timestamp(clock::now().0 - 1));
    for path in [good.replace("000001", "000002"), good.replace("exp=1", "exp=2"), format!("{good}x"), old] {
        let answer = house.get(&path).send().await;
        assert_eq!(answer.failure(), (403, "This link is not valid or has expired".to_owned()), "{path}");
    }
    assert_eq!(house.get("/media/sessions/s/audio/000001.ogg").send().await.failure().0, 400);
    let gone = house.app.media.sign(&ObjectKey::parse("gone.ogg").unwrap(), soon());
    assert_eq!(house.get(&gone).send().await.failure().0, 404);
}

#[tokio::test]
async fn the_server_says_that_it_lives() {
    let house = House::new().await;
    assert_eq!(house.get("/healthz").send().await.json(), json!({"status": "ok"}));
    let health = house.get("/api/health").send().await.json();
    assert_eq!(health["success"], true);
    assert_eq!(health["message"], "Master Trainer API is running");
    assert!(health["timestamp"].as_str().unwrap().ends_with('Z'));
}

#[tokio::test]
async fn the_demo_link_signs_a_browser_in_during_development() {
    let house = House::new().await;
    let page = house.get("/").send().await;
    assert!(String::from_utf8_lossy(&page.body).contains("href=\"/demo\""));
    for _ in 0..2 {
        let answer = house.get("/demo").send().await;
        assert_eq!(answer.status, 303);
        assert_eq!(answer.header("location"), Some("/"));
        let cookie = answer.header("set-cookie").unwrap();
        assert!(cookie.contains("; SameSite=Lax"), "{cookie}");
        let token = cookie.split(['=', ';']).nth(1).unwrap();
        let me = house.get("/api/auth/me").cookie(token).send().await.json();
        assert_eq!(me["data"]["id"], "demo");
    }
}

#[tokio::test]
async fn production_has_no_demo_user() {
    let house = House::configured(&[("REPARTEE_ENV", "production"), ("JWT_SECRET", SECRET)]).await;
    assert_eq!(house.get("/demo").send().await.status, 404);
    let page = house.get("/").send().await;
    assert!(!String::from_utf8_lossy(&page.body).contains("/demo"));
}
