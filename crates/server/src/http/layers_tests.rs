use super::*;
use axum::body::{Body, to_bytes};
use axum::routing::get;
use std::sync::atomic::{AtomicU64, Ordering};

const BASELINE: [&str; 8] = [
    "x-request-id",
    "cache-control",
    "content-security-policy",
    "referrer-policy",
    "cross-origin-resource-policy",
    "cross-origin-opener-policy",
    "x-content-type-options",
    "strict-transport-security",
];

async fn ask(router: &Layered, path: &str) -> (u16, String) {
    let request = Request::get(path).body(Body::empty()).unwrap();
    let response = router.respond(request, &ConnectInfo(())).await;
    for name in BASELINE {
        assert!(response.headers().contains_key(name), "{path}: no {name}");
    }
    let status = response.status().as_u16();
    let body = to_bytes(response.into_body(), BODY_LIMIT).await.unwrap();
    (status, String::from_utf8_lossy(&body).into_owned())
}

#[tokio::test]
async fn k11_a_panic_costs_its_own_request_an_answer_and_says_nothing_of_its_cause() {
    async fn breaks() -> Response {
        panic!("the cause")
    }
    let routes = Router::new().route("/breaks", get(breaks)).route("/works", get(|| async { "fine" }));
    let router = around(routes, &Arc::new(World::for_tests(1)), true);
    let (status, body) = ask(&router, "/breaks").await;
    assert_eq!(status, 500);
    assert!(body.contains("\"code\":\"internal\"") && !body.contains("the cause"), "{body}");
    assert_eq!(ask(&router, "/works").await, (200, "fine".to_owned()));
}

/// Knows nothing; says how often it was asked.
struct Asked {
    immediate: bool,
    times: Arc<AtomicU64>,
}

impl Shortcut for Asked {
    fn is_immediate(&self) -> bool {
        self.immediate
    }

    fn known(&self, _: &Head<'_>) -> Option<Known> {
        self.times.fetch_add(1, Ordering::SeqCst);
        None
    }
}

#[tokio::test]
async fn a_shortcut_is_asked_once_and_not_at_all_about_a_body() {
    for immediate in [true, false] {
        let times = Arc::default();
        let (routes, shortcut) =
            (Router::new().fallback(|| async { "fine" }), Asked { immediate, times: Arc::clone(&times) });
        let (world, trusted_proxies) = (Arc::new(World::for_tests(1)), Vec::new());
        let router =
            around_both(routes, shortcut, Around { world, metrics: None, trusted_proxies, https: false });
        let plain = Request::get("/").body(Body::empty()).unwrap();
        assert!(router.at_once(&Head::of(&plain)).is_none());
        assert_eq!(router.respond(plain, &ConnectInfo(())).await.status(), 200);
        assert_eq!(times.load(Ordering::SeqCst), 1, "immediate: {immediate}");
        let with_a_body = Request::post("/").body(Body::from("body")).unwrap();
        assert_eq!(router.respond(with_a_body, &ConnectInfo(())).await.status(), 200);
        assert_eq!(times.load(Ordering::SeqCst), 1, "immediate: {immediate}");
    }
}

#[test]
fn no_address_is_in_a_path_that_is_logged() {
    for (path, shown) in [
        ("/session", "/session"),
        ("/a/ada@example.com/b", "/a/…/b"),
        ("/a/ada%40example.com", "/a/…"),
        ("/", "/"),
    ] {
        assert_eq!(shown_path(&Uri::from_static(path)), shown);
    }
}
