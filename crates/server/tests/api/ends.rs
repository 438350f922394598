//! Every way in which a sign-in ends (J13): whichever it was, nothing of it is left on any path, what it had handed out before
//! opens nothing, it is on record, and backends are told which tokens to refuse.

use crate::ends_scene::Scene;
use std::collections::BTreeMap;
use std::path::Path;

/// Declares the ways: the variant, the file of the server that ends it so, and the reason that is told.
macro_rules! ends {
    ($($name:ident, $file:literal, $reason:literal;)*) => {
        #[derive(Clone, Copy, Debug, PartialEq, Eq)]
        pub enum End { $($name,)* }

        impl End {
            const ALL: &'static [End] = &[$(End::$name),*];

            fn file(self) -> &'static str { match self { $(End::$name => $file,)* } }

            fn reason(self) -> &'static str { match self { $(End::$name => $reason,)* } }
        }
    };
}

ends! {
    SignedOutOfOne, "session/plan.rs", "signed_out";
    SignedOutOfAll, "session/plan.rs", "signed_out";
    Idle, "session/plan.rs", "idle";
    TooOld, "session/plan.rs", "max_age";
    Superseded, "session/open.rs", "superseded";
    OwnInTheList, "account/sign_ins.rs", "signed_out";
    Elsewhere, "account/sign_ins.rs", "signed_out_elsewhere";
    AllOthers, "account/sign_ins.rs", "signed_out_elsewhere";
    PasswordChanged, "account/password.rs", "credentials_changed";
    PasswordReset, "recovery/reset.rs", "credentials_changed";
    AddressProvedBySomebodyElse, "contact/mod.rs", "credentials_changed";
    DeletionAsked, "account/deletion.rs", "user_deleted";
    Crowded, "sign_in/entry.rs", "evicted_by_cap";
    CrowdedByAHandOver, "ticket/open.rs", "evicted_by_cap";
    SignInByOperator, "admin/mod.rs", "revoked_by_admin";
    SessionByOperator, "admin/mod.rs", "revoked_by_admin";
    UserByOperator, "admin/mod.rs", "revoked_by_admin";
    FactorsByOperator, "admin/mod.rs", "revoked_by_admin";
    DisabledByOperator, "admin/mod.rs", "user_disabled";
    DeletedByOperator, "admin/mod.rs", "user_deleted";
    SignInByBackend, "admin/mod.rs", "revoked_by_admin";
    SessionByBackend, "admin/mod.rs", "revoked_by_admin";
    UserByBackend, "admin/mod.rs", "revoked_by_admin";
    FactorsByBackend, "admin/mod.rs", "revoked_by_admin";
    DisabledByBackend, "admin/mod.rs", "user_disabled";
    DeletedByBackend, "admin/mod.rs", "user_deleted";
    KeyRevoked, "session/bounds.rs", "revoked_by_admin";
}

async fn ends(end: End) {
    let scene = Scene::set(end).await;
    scene.other.proves_again().await;
    // Whoever acts as somebody else hands nothing out, and of an orphan nobody has the key.
    let handed = match end {
        End::KeyRevoked | End::Superseded => None,
        _ => Some(scene.hands_out().await),
    };
    let rev = scene.victim.claims().await["rev"].as_i64().unwrap();
    let follower = scene.server.backend(&["revocations:read"]).await;
    let (mut stream, _) = follower.follows_from(None).await;
    scene.ends_so(end).await;
    scene.is_over(end, handed.as_ref()).await;
    let told = loop {
        let next = tokio::time::timeout(std::time::Duration::from_secs(60), stream.next()).await;
        let next = next.unwrap_or_else(|_| panic!("{end:?}: nobody is told")).unwrap();
        if let Some(told) = next.told.get(&scene.sign_in) {
            break *told;
        }
    };
    assert!(told > rev, "{end:?}: {told} {rev}");
    assert_eq!(scene.recorded().await, [end.reason()], "{end:?}");
}

/// The ways, in so many parts that they run beside each other.
async fn ends_of(part: usize) {
    for end in End::ALL.iter().skip(part).step_by(3) {
        ends(*end).await;
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn j13_whichever_way_a_sign_in_ends_nothing_of_it_is_left_on_any_path_first_part() {
    ends_of(0).await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn j13_whichever_way_a_sign_in_ends_nothing_of_it_is_left_on_any_path_second_part() {
    ends_of(1).await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn j13_whichever_way_a_sign_in_ends_nothing_of_it_is_left_on_any_path_third_part() {
    ends_of(2).await;
}

/// Files that name a reason without ending anything in a server that runs, and how often they do; and of those that do, how
/// often.
const NAMED: &[(&str, usize)] = &[
    // Says in words why.
    ("admin/explain.rs", 14),
    // What the session says of itself after a sign-out that found nothing.
    ("session/http.rs", 1),
    // People of `keyrack dev`.
    ("dev/seed.rs", 1),
    // Everything at once, while nobody runs: `j13_backends_are_told_to_refuse_the_tokens_of_what_a_restore_ended`.
    ("backup/settle.rs", 1),
    ("account/deletion.rs", 3),
    ("account/password.rs", 1),
    ("account/sign_ins.rs", 3),
    ("admin/mod.rs", 6),
    ("contact/mod.rs", 1),
    ("recovery/reset.rs", 1),
    ("session/bounds.rs", 1),
    ("session/open.rs", 1),
    ("session/plan.rs", 6),
    ("sign_in/entry.rs", 1),
    ("ticket/open.rs", 1),
];

#[test]
fn j13_every_place_of_the_server_that_ends_a_sign_in_is_among_the_ways_that_are_tried() {
    let mut found = BTreeMap::new();
    let root = Path::new(env!("CARGO_MANIFEST_DIR")).join("src");
    count(&root, &root, &mut found);
    let known: BTreeMap<String, usize> =
        NAMED.iter().map(|(file, count)| ((*file).to_owned(), *count)).collect();
    assert_eq!(found, known, "a way to end a sign-in that nobody tries? add it to `ends!`");
    let tried = |file: &&str| End::ALL.iter().any(|end| end.file() == *file);
    let untried: Vec<&str> = NAMED.iter().map(|(file, _)| *file).filter(|file| !tried(file)).collect();
    assert_eq!(untried, ["admin/explain.rs", "session/http.rs", "dev/seed.rs", "backup/settle.rs"]);
}

/// How often each file of a folder names a reason.
fn count(root: &Path, folder: &Path, found: &mut BTreeMap<String, usize>) {
    for entry in std::fs::read_dir(folder).unwrap() {
        let path = entry.unwrap().path();
        if path.is_dir() {
            count(root, &path, found);
            continue;
        }
        let name = path.strip_prefix(root).unwrap().to_string_lossy().replace('\\', "/");
        let text = std::fs::read_to_string(&path).unwrap_or_default();
        let text = text.split("#[cfg(test)]").next().unwrap();
        let words = text.split("EndReason::").skip(1);
        let variants = words.filter(|rest| {
            let word: String = rest.chars().take_while(|c| c.is_ascii_alphanumeric()).collect();
            word.len() > 1 && rest.starts_with(|c: char| c.is_ascii_uppercase())
        });
        let count = variants.count();
        if count > 0 && !name.contains("tests") {
            found.insert(name, count);
        }
    }
}
