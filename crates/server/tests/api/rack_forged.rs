//! A21: a credential that was cut, flipped, encoded anew or put together from others.

use crate::support::{Browser, Keyrack, Reply};
use reqwest::Method;
use std::fmt::Write;

/// A server with an account, and the rack of a browser in which it is signed in: the session's key, the
/// sign-in's, the attempt's.
async fn with_rack() -> (Keyrack, String) {
    let server = Keyrack::start().await;
    server.signed_up("ada").await;
    let rack = rack_of(&server, "ada").await;
    (server, rack)
}

async fn rack_of(server: &Keyrack, name: &str) -> String {
    let rack = server.signed_in(name).await.credential().unwrap();
    let kinds: Vec<_> = rack.split('~').map(|key| key.split('_').next().unwrap()).collect();
    assert_eq!(kinds[..2], ["ses", "sin"], "{kinds:?}");
    rack
}

/// What `GET` of `path` is answered with these bytes as the credential. The query carries every byte; a
/// header would stop some before they are sent.
async fn with_bytes(browser: &Browser, path: &str, credential: &[u8]) -> Reply {
    let mut query = format!("{path}?__dev_session__=");
    for byte in credential {
        write!(query, "%{byte:02X}").unwrap();
    }
    browser.send_and_lose(browser.request(Method::GET, &query)).await
}

/// The answers that tell whether a credential opens a sign-in: each must be nobody's, to the letter.
#[track_caller]
fn assert_same(nobody: &Reply, answer: &Reply, what: &str) {
    assert_eq!((answer.status, &answer.text), (nobody.status, &nobody.text), "{what}");
    assert!(answer.header("x-development-session").is_none(), "{what} was handed a credential");
}

fn session_key(rack: &str) -> &str {
    rack.split('~').next().unwrap()
}

#[tokio::test]
async fn a21_a_rack_cut_at_any_length_opens_only_the_keys_that_are_whole() {
    let (server, rack) = with_rack().await;
    let browser = server.browser();
    let (nobody, no_token) = (browser.get("/session").await, browser.get("/session/token").await);
    let whole_session = session_key(&rack).len();
    let whole_sign_in = rack.match_indices('~').nth(1).map_or(rack.len(), |(index, _)| index);

    for length in 0..=rack.len() {
        let cut = &rack.as_bytes()[..length];
        let session = with_bytes(&browser, "/session", cut).await;
        let token = with_bytes(&browser, "/session/token", cut).await;
        if length < whole_session {
            assert_same(&nobody, &session, &format!("cut at {length}"));
        } else {
            let accounts = session.ok()["signins"].as_array().unwrap().len();
            assert_eq!(accounts, usize::from(length >= whole_sign_in), "cut at {length}");
        }
        if length < whole_sign_in {
            assert_same(&no_token, &token, &format!("cut at {length}"));
        } else {
            token.ok();
        }
    }
}

#[tokio::test]
async fn a21_one_flipped_bit_makes_a_key_worthless() {
    let (server, rack) = with_rack().await;
    let browser = server.browser();
    let (nobody, no_token) = (browser.get("/session").await, browser.get("/session/token").await);
    for bit in 0..64 * 8 {
        let mut flipped = rack.clone().into_bytes();
        flipped[bit / 8] ^= 1 << (bit % 8);
        let what = format!("bit {} of byte {}", bit % 8, bit / 8);
        // The session's key ends before the 64th byte; what is flipped behind it is the sign-in's.
        if bit / 8 < session_key(&rack).len() {
            assert_same(&nobody, &with_bytes(&browser, "/session", &flipped).await, &what);
        }
        assert_same(&no_token, &with_bytes(&browser, "/session/token", &flipped).await, &what);
    }
    with_bytes(&browser, "/session/token", rack.as_bytes()).await.ok();
}

/// The same bytes as a key has, written in the alphabet of ordinary Base64.
fn in_the_other_alphabet(key: &str) -> String {
    let (id, secret) = key.split_once('.').unwrap();
    format!("{id}.{}", secret.replace('-', "+").replace('_', "/"))
}

#[tokio::test]
async fn a21_a_key_has_one_spelling() {
    let server = Keyrack::start().await;
    server.signed_up("ada").await;
    let browser = server.browser();
    let nobody = browser.get("/session").await;
    // Half of all secrets have a letter in which the two alphabets differ.
    let rack = loop {
        let rack = rack_of(&server, "ada").await;
        if in_the_other_alphabet(session_key(&rack)) != session_key(&rack) {
            break rack;
        }
    };
    let key = session_key(&rack);
    let encoded = rack.replace('~', "%7E").replace('.', "%2E");
    for spelling in [
        in_the_other_alphabet(key),
        format!("{key}="),
        format!("{key}=="),
        format!("{key}A"),
        format!("{key}AAAA"),
        format!("{key}\0"),
        format!("{key}."),
        format!("{key} "),
        format!(".{key}"),
        format!("~{key}"),
        format!("\u{feff}{key}"),
        key.replacen('.', "", 1),
        key.replacen('.', "..", 1),
        key.replacen('.', "=.", 1),
        key.to_uppercase(),
        encoded.clone(),
        encoded.replace('%', "%25"),
    ] {
        let answer = with_bytes(&browser, "/session", spelling.as_bytes()).await;
        assert_same(&nobody, &answer, &format!("{spelling:?}"));
    }
    assert_eq!(
        with_bytes(&browser, "/session", rack.as_bytes()).await.ok()["signins"][0]["session_id"],
        key.split('.').next().unwrap()
    );
}

#[tokio::test]
async fn a21_parts_of_two_racks_open_nothing_together() {
    let (server, ours) = with_rack().await;
    server.signed_up("bob").await;
    let theirs = rack_of(&server, "bob").await;
    let browser = server.browser();
    let (nobody, no_token) = (browser.get("/session").await, browser.get("/session/token").await);
    let part = |rack: &str, index: usize| rack.split('~').nth(index).unwrap().to_owned();
    let half = |key: &str, index: usize| key.split('.').nth(index).unwrap().to_owned();
    let (our_session, our_sign_in) = (part(&ours, 0), part(&ours, 1));
    let (their_session, their_sign_in) = (part(&theirs, 0), part(&theirs, 1));

    // Keys of one rack behind the session of the other: the session opens, and nothing is in it.
    for mixed in [format!("{our_session}~{their_sign_in}"), format!("{their_session}~{our_sign_in}")] {
        let session = with_bytes(&browser, "/session", mixed.as_bytes()).await.ok();
        assert_eq!(
            (&session["signins"], &session["active_signin"]),
            (&serde_json::json!([]), &serde_json::Value::Null)
        );
        assert_same(&no_token, &with_bytes(&browser, "/session/token", mixed.as_bytes()).await, &mixed);
    }
    // Ids with the secrets of others, and a rack that does not begin with its session.
    for mixed in [
        format!("{}.{}~{our_sign_in}", half(&our_session, 0), half(&their_session, 1)),
        format!("{}.{}~{our_sign_in}", half(&our_session, 0), half(&our_sign_in, 1)),
        format!("{our_sign_in}~{our_session}"),
        our_sign_in.clone(),
    ] {
        assert_same(&nobody, &with_bytes(&browser, "/session", mixed.as_bytes()).await, &mixed);
        assert_same(&no_token, &with_bytes(&browser, "/session/token", mixed.as_bytes()).await, &mixed);
    }
}

#[tokio::test]
async fn a05_an_id_without_its_own_secret_opens_nothing() {
    let (server, rack) = with_rack().await;
    let owner = server.signed_in("ada").await;
    let attempt = owner.begins_sign_up("bob").await;
    owner.asks_for_code(&attempt).await.ok();
    let code = server.code("bob").await;
    let whole = owner.credential().unwrap();
    let keys: Vec<(&str, &str)> = whole.split('~').map(|key| key.split_once('.').unwrap()).collect();
    let elsewhere = rack.split('~').nth(1).unwrap().split_once('.').unwrap().1;
    let nobody = server.browser().get("/session").await;
    let thief = server.browser();

    // Every key but one stays right; that one has nothing, zeros, or a secret that opens something else.
    for (place, (id, _)) in keys.iter().enumerate() {
        for secret in ["", "AAAAAAAAAAAAAAAAAAAAAA", keys[(place + 1) % keys.len()].1, elsewhere] {
            let forged = keys.iter().enumerate().map(|(at, (id, own))| {
                if at == place { format!("{id}.{secret}") } else { format!("{id}.{own}") }
            });
            thief.hold(Some(forged.collect::<Vec<_>>().join("~")));
            let answer = thief.get("/session").await;
            if place == 0 {
                assert_same(&nobody, &answer, id);
            }
            assert!(
                !answer.text.contains(&format!("\"id\":\"{id}\"")),
                "{id} with {secret:?}: {}",
                answer.text
            );
            if *id == attempt {
                assert_eq!(thief.enters_code(&attempt, &code).await.refused().0, 400);
            }
        }
    }
    owner.enters_code(&attempt, &code).await.ok();
    assert_eq!(owner.accounts().await, ["ada", "bob*"]);
}
