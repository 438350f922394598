use super::{Keyrack, Reply};
use serde_json::Value;

/// What a browser gets that asks for a page, without following where it is led.
pub async fn page(server: &Keyrack, path: &str) -> Reply {
    page_with(server, path, &[]).await
}

/// The same with more headers.
pub async fn page_with(server: &Keyrack, path: &str, headers: &[(&str, &str)]) -> Reply {
    let client = super::still();
    let mut request = client.get(format!("{}{path}", server.base));
    for (name, value) in headers {
        request = request.header(*name, *value);
    }
    let reply = Reply::read(request.send().await.unwrap()).await;
    assert!(!reply.text.starts_with("The pages are not in this binary"), "run `npm run build` first");
    reply
}

/// What the server has written into a page.
#[track_caller]
pub fn boot(page: &Reply) -> Value {
    let (_, rest) = page.text.split_once("<meta name=\"keyrack\" content=\"").expect("a page");
    let (content, _) = rest.split_once('"').unwrap();
    let mut json = content.to_owned();
    for (entity, text) in [("&quot;", "\""), ("&#39;", "'"), ("&lt;", "<"), ("&gt;", ">"), ("&amp;", "&")] {
        json = json.replace(entity, text);
    }
    serde_json::from_str(&json).unwrap()
}
