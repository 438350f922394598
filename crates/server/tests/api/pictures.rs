//! Pictures of organizations and workspaces, from the upload to whoever looks.

use crate::organizations::acme;
use crate::support::{Browser, Keyrack, Reply};
use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use reqwest::Method;
use serde_json::{Value, json};

const BOUNDARY: &str = "----x";

fn refused(status: u16, code: &str) -> (u16, String) {
    (status, code.to_owned())
}

fn chunk(name: &[u8], data: &[u8]) -> Vec<u8> {
    [&u32::try_from(data.len()).unwrap().to_be_bytes()[..], name, data, &[0; 4]].concat()
}

/// A PNG with this beside what draws it.
fn png(beside: &[u8]) -> Vec<u8> {
    let size = [0, 0, 0, 5, 0, 0, 0, 3, 8, 6, 0, 0, 0];
    let (head, drawn, end) = (chunk(b"IHDR", &size), chunk(b"IDAT", b"drawn"), chunk(b"IEND", &[]));
    let beside = if beside.is_empty() { Vec::new() } else { chunk(b"tEXt", beside) };
    [b"\x89PNG\r\n\x1a\n", &head[..], &beside, &drawn, &end].concat()
}

/// One as it is in JSON.
pub fn in_base64() -> String {
    STANDARD.encode(png(b""))
}

/// Sends a multipart form with a file, as a browser does.
async fn upload(browser: &Browser, path: &str, fields: &[(&str, &str)], file: &[u8]) -> Reply {
    let mut body = Vec::new();
    for (name, value) in fields {
        let part =
            format!("--{BOUNDARY}\r\ncontent-disposition: form-data; name=\"{name}\"\r\n\r\n{value}\r\n");
        body.extend(part.into_bytes());
    }
    let head = format!(
        "--{BOUNDARY}\r\ncontent-disposition: form-data; name=\"image\"; filename=\"a.png\"\r\n\
         content-type: text/html\r\n\r\n"
    );
    body.extend(head.into_bytes());
    body.extend(file);
    body.extend(format!("\r\n--{BOUNDARY}--\r\n").into_bytes());
    let kind = format!("multipart/form-data; boundary={BOUNDARY}");
    browser.send(browser.request(Method::POST, path).header("content-type", kind).body(body)).await
}

/// The path of a picture that is shown at this address of the server.
fn path_of(server: &Keyrack, shown: &Value) -> String {
    let url = shown["image_url"].as_str().unwrap();
    url.strip_prefix(&server.app.sites[0].issuer).unwrap_or_else(|| panic!("{url}")).to_owned()
}

async fn bytes(browser: &Browser, path: &str) -> Vec<u8> {
    browser.request(Method::GET, path).send().await.unwrap().bytes().await.unwrap().to_vec()
}

#[tokio::test]
async fn a_picture_is_uploaded_shown_to_whoever_has_its_address_replaced_and_removed() {
    let server = Keyrack::start().await;
    let ada = server.signed_up("ada").await;
    let made =
        upload(&ada, "/organizations", &[("name", "Acme")], &png(b"Author: ada@example.com")).await.ok();
    let organization = &made["organization"];
    let path = path_of(&server, organization);
    let stranger = server.browser();
    let foreign = stranger.request(Method::GET, &path).header("origin", "https://elsewhere.example");
    let reply = stranger.send(foreign).await;
    assert_eq!(reply.status, 200);
    for (name, value) in [
        ("content-type", "image/png"),
        ("cache-control", "public, max-age=31536000, immutable"),
        ("x-content-type-options", "nosniff"),
        ("cross-origin-resource-policy", "cross-origin"),
        ("access-control-allow-origin", "*"),
    ] {
        assert_eq!(reply.header(name), Some(value), "{name}");
    }
    assert!(reply.header("content-security-policy").unwrap().contains("default-src 'none'"));
    assert_eq!(bytes(&stranger, &path).await, png(b""));
    let update = format!("/organizations/{}/update", organization["id"].as_str().unwrap());
    // A field of a form that nobody filled says nothing.
    let same = upload(&ada, &update, &[("name", "Two")], b"").await.ok();
    assert_eq!((&same["name"], &same["image_url"]), (&json!("Two"), &organization["image_url"]));
    // In JSON it is base64, with or without what a browser writes before it.
    let data = in_base64();
    for image in [data.clone(), format!("data:image/png;base64,{data}")] {
        let before = ada.get(update.trim_end_matches("/update")).await.ok();
        let after = ada.post(&update, json!({ "image": image })).await.ok();
        assert_ne!(after["image_url"], before["image_url"]);
        let old = stranger.get(&path_of(&server, &before)).await;
        assert_eq!(old.refused(), refused(404, "picture_not_found"));
        assert_eq!(bytes(&stranger, &path_of(&server, &after)).await, png(b""));
    }
    let none = ada.post(&update, json!({ "image": "" })).await.ok();
    assert_eq!(none["image_url"], "");
    assert_eq!(server.count("select count(*) from pictures where deployment_id = $1").await, 0);
}

#[tokio::test]
async fn what_is_no_picture_is_refused_and_changes_nothing() {
    let server = Keyrack::start().await;
    let (ada, bob, acme) = acme(&server).await;
    let update = format!("/organizations/{acme}/update");
    let large = [png(b""), vec![0; 600 << 10]].concat();
    let fields = [("name", "Never")];
    for wrong in [&b"<svg onload=alert(1)>"[..], b"GIF89a", &png(b"")[..40], &large] {
        assert_eq!(upload(&ada, &update, &fields, wrong).await.refused(), refused(400, "invalid_picture"));
    }
    for wrong in ["x", "data:image/svg+xml;base64,PHN2Zz4=", "https://elsewhere.example/a.png"] {
        let reply = ada.post(&update, json!({ "image": wrong })).await;
        assert_eq!(reply.refused(), refused(400, "invalid_picture"), "{wrong}");
    }
    // More than a picture can be is not even read, and elsewhere no more than before.
    let huge = vec![b'x'; (1 << 20) + 1];
    assert_eq!(upload(&ada, &update, &fields, &huge).await.refused(), refused(413, "body_too_large"));
    let elsewhere = upload(&ada, "/session/switch-organization", &[], &huge[..70_000]).await;
    assert_eq!(elsewhere.refused(), refused(413, "body_too_large"));
    assert_eq!(upload(&bob, &update, &fields, &png(b"")).await.refused(), refused(403, "permission_denied"));
    let shown = ada.get(&format!("/organizations/{acme}")).await.ok();
    assert_eq!((&shown["name"], &shown["image_url"]), (&json!("Acme"), &json!("")));
}

#[tokio::test]
async fn pictures_go_with_what_they_show_and_are_those_of_their_deployment() {
    let server = Keyrack::start().await;
    let ada = server.signed_up("ada").await;
    let acme = ada.founds("Acme").await;
    let fields = [("name", "Place"), ("organization_id", acme.as_str())];
    let places = [
        upload(&ada, "/workspaces", &fields, &png(b"")).await.ok()["workspace"].clone(),
        upload(&ada, "/workspaces", &fields, &png(b"")).await.ok()["workspace"].clone(),
        upload(&ada, &format!("/organizations/{acme}/update"), &[], &png(b"")).await.ok(),
    ];
    let other = Keyrack::start().await;
    for place in &places {
        let path = path_of(&server, place);
        assert_eq!(ada.get(&path).await.status, 200);
        assert_eq!(other.browser().get(&path).await.refused(), refused(404, "picture_not_found"));
    }
    let one = format!("/workspaces/{}", places[0]["id"].as_str().unwrap());
    ada.send(ada.request(Method::DELETE, &one)).await.ok();
    assert_eq!(ada.get(&path_of(&server, &places[0])).await.refused(), refused(404, "picture_not_found"));
    ada.send(ada.request(Method::DELETE, &format!("/organizations/{acme}"))).await.ok();
    keyrack_server::organization::settle::all(&server.app, &server.app.sites[0]).await.unwrap();
    for place in &places[1..] {
        assert_eq!(ada.get(&path_of(&server, place)).await.refused(), refused(404, "picture_not_found"));
    }
    for wrong in ["pic_x", "pic_00000000000000000000000000", &acme] {
        let reply = ada.get(&format!("/pictures/{wrong}")).await;
        assert_eq!(reply.refused(), refused(404, "picture_not_found"));
    }
}
