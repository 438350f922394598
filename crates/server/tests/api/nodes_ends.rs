//! What was ended on one node is over on every other (P08, rule 2): asked in the same instant after the answer, and by
//! whoever had asked before it. A disabled account is in admin.rs.

use crate::support::{Browser, Keyrack, Operator, PASSWORD, Reply, sign_in_form};
use futures_util::future::join_all;
use reqwest::Method;
use serde_json::{Value, json};

/// How a sign-in comes to its end.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum End {
    SignOutOfOne,
    SignOutOfAll,
    SignInByOperator,
    SessionByOperator,
    UserByOperator,
    Deletion,
}

/// A browser with two accounts, the second to be ended, as one node and the other know it.
struct Scene<'a> {
    here: &'a Keyrack,
    there: &'a Keyrack,
    browser: Browser,
    session: String,
    ids: [String; 2],
    victim: String,
}

impl<'a> Scene<'a> {
    async fn set(nodes: [&'a Keyrack; 2], victim: String) -> Self {
        let browser = nodes[0].signed_in("ada").await;
        let ada = browser.sign_in_of("ada").await;
        let bob = browser.also_signs_in(&victim).await;
        let there = browser.copied_to(nodes[1]);
        // The other node remembers it and mints for it.
        assert_eq!(there.get("/session/token").await.ok()["signin_id"], bob);
        let session = there.session().await["id"].as_str().unwrap().to_owned();
        Self { here: nodes[0], there: nodes[1], browser, session, ids: [ada, bob], victim }
    }

    /// The sign-ins that an end takes away.
    fn ended(&self, end: End) -> &[String] {
        match end {
            End::SignOutOfAll | End::SessionByOperator => &self.ids,
            _ => &self.ids[1..],
        }
    }

    async fn end(&self, end: End) -> Reply {
        let operator = Operator(self.here);
        let [_, bob] = &self.ids;
        let address = format!("{}@example.com", self.victim);
        match end {
            End::SignOutOfOne => self.browser.post("/session/sign-out", json!({ "sign_in_id": bob })).await,
            End::SignOutOfAll => self.browser.post("/session/sign-out", json!({})).await,
            End::SignInByOperator => operator.post(&format!("/sessions/{bob}/end")).await,
            End::SessionByOperator => operator.post(&format!("/sessions/{}/end", self.session)).await,
            End::UserByOperator => operator.post(&format!("/users/{address}/end-sessions")).await,
            End::Deletion => operator.ask(Method::DELETE, &format!("/users/{address}"), json!({})).await,
        }
    }

    /// What others ask the other node at the same time: reads, mints, switches, a further sign-in. Gives the
    /// credentials that they were handed.
    async fn bustle(&self) -> Vec<Option<String>> {
        let tab = self.browser.copied_to(self.there);
        let asks = [
            (Method::GET, "/session", Value::Null),
            (Method::GET, "/session/token", Value::Null),
            (Method::GET, "/me", Value::Null),
            (Method::POST, "/session/switch-sign-in", json!({ "sign_in_id": self.ids[0] })),
            (Method::POST, "/session/switch-sign-in", json!({ "sign_in_id": self.ids[1] })),
            (Method::POST, "/auth/signin", sign_in_form("cyd", PASSWORD)),
        ];
        let answers = join_all(asks.into_iter().map(async |(method, path, body)| {
            let request = tab.request(method, path);
            let request = if body.is_null() { request } else { request.json(&body) };
            (path, tab.send_and_lose(request).await)
        }));
        let answers = answers.await;
        for (path, answer) in &answers {
            assert!([200, 400, 401, 404].contains(&answer.status), "{path}: {}", answer.text);
        }
        answers.iter().map(|(_, answer)| answer.header("x-development-session").map(str::to_owned)).collect()
    }
}

/// Asks for everything at once with a credential: nothing of what has ended is read, minted for or switched to.
async fn finds_nothing(tab: &Browser, ended: &[String], what: &str) {
    let switches =
        join_all(ended.iter().map(|id| tab.post("/session/switch-sign-in", json!({ "sign_in_id": id }))));
    let (session, polled, minted, me, switched) = tokio::join!(
        tab.get("/session"),
        tab.get("/session?poll=1"),
        tab.get("/session/token"),
        tab.get("/me"),
        switches
    );
    for session in [session.ok(), polled.ok()] {
        let ids = session["signins"].as_array().unwrap().iter().map(|sign_in| &sign_in["id"]);
        assert!(ids.into_iter().all(|id| ended.iter().all(|ended| id != ended)), "{what}: {session}");
    }
    for (answer, id) in [(&minted, "signin_id"), (&me, "id")] {
        assert!([200, 401].contains(&answer.status), "{what}: {}", answer.text);
        assert!(ended.iter().all(|ended| answer.json()["data"][id] != *ended), "{what}: {}", answer.text);
    }
    for switch in switched {
        assert_eq!(switch.refused().0, 404, "{what}");
    }
}

/// Fifty rounds, the roles of the nodes changing.
async fn fifty_rounds(end: End) {
    let server = Keyrack::start().await;
    let Some(second) = server.second_node().await else { return };
    for name in ["ada", "bob", "cyd"] {
        server.signed_up(name).await;
    }
    for round in 0..50 {
        let nodes = if round % 2 == 0 { [&server, &second] } else { [&second, &server] };
        let victim = if end == End::Deletion { format!("victim{round}") } else { "bob".to_owned() };
        if end == End::Deletion {
            server.signed_up(&victim).await;
        }
        let scene = Scene::set(nodes, victim).await;
        let there = scene.browser.copied_to(scene.there);
        // In every other round others are under way.
        let (handed, answer) = if round % 4 < 2 {
            tokio::join!(scene.bustle(), scene.end(end))
        } else {
            (Vec::new(), scene.end(end).await)
        };
        answer.ok();
        let what = format!("{end:?}, round {round}");
        // The credential as it was before, and then what was handed out meanwhile.
        finds_nothing(&there, scene.ended(end), &what).await;
        if scene.ended(end).len() == 1 {
            assert!(there.accounts().await.iter().any(|name| name.starts_with("ada")), "{what}");
        }
        for credential in handed.into_iter().flatten() {
            there.hold(Some(credential));
            finds_nothing(&there, scene.ended(end), &what).await;
        }
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 4)]
async fn p08_an_account_signed_out_of_on_one_node_is_over_on_the_other() {
    fifty_rounds(End::SignOutOfOne).await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 4)]
async fn p08_everything_signed_out_of_on_one_node_is_over_on_the_other() {
    fifty_rounds(End::SignOutOfAll).await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 4)]
async fn p08_a_sign_in_that_an_operator_ends_on_one_node_is_over_on_the_other() {
    fifty_rounds(End::SignInByOperator).await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 4)]
async fn p08_a_session_that_an_operator_ends_on_one_node_is_over_on_the_other() {
    fifty_rounds(End::SessionByOperator).await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 4)]
async fn p08_an_account_whose_sign_ins_an_operator_ends_on_one_node_is_out_on_the_other() {
    fifty_rounds(End::UserByOperator).await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 4)]
async fn p08_an_account_that_is_deleted_on_one_node_is_out_on_the_other() {
    fifty_rounds(End::Deletion).await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 4)]
async fn p08_a_reader_that_pauses_on_one_node_remembers_nothing_that_was_ended_on_the_other() {
    let server = Keyrack::start().await;
    let Some(second) = server.second_node().await else { return };
    for name in ["ada", "bob", "cyd"] {
        server.signed_up(name).await;
    }
    for (round, end) in [End::SignOutOfOne, End::SignOutOfAll, End::UserByOperator].into_iter().enumerate() {
        let scene = Scene::set([&server, &second], "bob".to_owned()).await;
        let there = std::sync::Arc::new(scene.browser.copied_to(&second));
        // What it remembered is out of date, so it reads, and has read when the end comes.
        scene.browser.begins_sign_up("visitor").await;
        let gate = second.app.world.failpoints.arm("session.read.insert");
        let reader = std::sync::Arc::clone(&there);
        let reading = tokio::spawn(async move { reader.get("/session?poll=1").await });
        gate.reached().await;
        scene.end(end).await.ok();
        gate.open();
        let late = reading.await.unwrap().ok();
        assert_eq!(late["signins"].as_array().unwrap().len(), 2, "it had read before the end");
        finds_nothing(&there, scene.ended(end), &format!("{end:?}, round {round}")).await;
    }
}
