//! `keyrack user import`, the real binary against the real binary: each system's export as it publishes it.

use crate::import_hashes::{ARGON2I, BCRYPT, PBKDF2};
use crate::support::{Ended, PASSWORD, Running};
use serde_json::{Value, json};
use std::fs;

const SIGNER_KEY: &str =
    "jxspr8Ki0RYycVU8zykbdLGjFQ3McFUH0uiiTvC8pVMXAn210wjLNmdZJzxUECKbm0QsEmYUSDzZvpjeJ9WmXA==";
const OF_FIREBASE: &str =
    "RJkBVVJmq2D8z_P8tVAJsfbxFyFigzGZ_ZYbhXRpcO8eM8P7B9iMegRBywYXvJPgxpf783rPSVXOZ0CE5x-Q_g==";

fn write(server: &Running, name: &str, text: &str) {
    fs::write(server.folder().join(name), text).unwrap();
}

/// What an import says that takes everything.
#[track_caller]
fn takes(server: &Running, line: &str, summary: &str) {
    let ended = server.keyrack(&format!("user import {line}"));
    assert_eq!((ended.code, ended.err.len()), (Some(0), 0), "{line}: {ended:?}");
    assert_eq!(ended.out, [summary], "{line}");
}

/// The last line on standard error of an import that does not, and its exit code.
fn fails(ended: &Ended) -> (i32, &str) {
    (ended.code.unwrap(), ended.err.last().map_or("", String::as_str))
}

/// `script` gives the program a terminal; where it has none, `takes` finds nothing on standard error.
#[cfg(target_os = "linux")]
#[tokio::test]
async fn a_terminal_is_shown_how_far_an_import_is() {
    let server = Running::dev("warn");
    let ada = json!({ "email": "ada@example.com", "email_verified": true, "password_hash": BCRYPT });
    write(&server, "users.ndjson", &format!("{ada}\n"));
    let line = format!("{} user import users.ndjson", env!("CARGO_BIN_EXE_keyrack"));
    let mut script = std::process::Command::new("script");
    script.args(["-qec", &line, "/dev/null"]).current_dir(server.folder()).stdin(std::process::Stdio::null());
    let said = String::from_utf8(script.output().unwrap().stdout).unwrap();
    let counted = "\r1 made, 0 there already, 0 refused …\r\u{1b}[K1 made, 0 there already, 0 refused.";
    assert!(said.contains(counted), "{said:?}");
}

#[tokio::test]
async fn each_refused_line_is_named_and_the_same_command_takes_what_was_mended() {
    let server = Running::dev("warn");
    let line = |name: &str, more: Value| {
        let mut all = json!({ "email": format!("{name}@example.com"), "email_verified": true, "password_hash": BCRYPT });
        all.as_object_mut().unwrap().extend(more.as_object().unwrap().clone());
        format!("{all}\n")
    };
    let long = line("long", json!({ "private_metadata": { "a": "x".repeat(70_000) } }));
    let (ada, bob) = (line("ada", json!({})), line("bob", json!({ "external_id": "7" })));
    let wrong = line("carol", json!({ "usernam": "carol" }));
    let text = format!("{ada}\n{wrong}{{\"email\":\n{}{bob}{long}", line("no address", json!({})));
    write(&server, "users.ndjson", &text);
    // Only to be checked: the same lines are named, and nobody is there.
    let checked = server.keyrack("user import users.ndjson --check");
    let nobody = server.json("user list")["items"].clone();
    let ended = server.keyrack("user import users.ndjson");
    assert_eq!(checked.out[..4], ended.out[..4]);
    assert_eq!(checked.out[4], "2 would be made, 0 there already, 4 refused. Nothing was changed.");
    assert!(fails(&checked).0 == 1 && fails(&checked).1.contains("nothing was changed"), "{checked:?}");
    assert_eq!(nobody, json!([]));
    assert_eq!(ended.out.len(), 5, "{ended:?}");
    assert!(ended.out[0].starts_with("line 3: unreadable: unknown field `usernam`"), "{ended:?}");
    assert!(ended.out[1].starts_with("line 4: unreadable: no JSON: "), "{ended:?}");
    assert_eq!(ended.out[2], "line 7: unreadable: it is longer than any account is");
    assert!(ended.out[3].starts_with("line 5: invalid_email: "), "{ended:?}");
    assert_eq!(ended.out[4], "2 made, 0 there already, 4 refused.");
    let (exit, said) = fails(&ended);
    assert!(exit == 1 && said.contains("run the command again"), "{ended:?}");
    server.browser().sign_in("ada", PASSWORD).await.ok();

    let mended = text
        .replace("usernam", "username")
        .replace("{\"email\":\n", "")
        .replace("no address", "dora")
        .replace(&long, "");
    write(&server, "users.ndjson", &mended);
    takes(&server, "users.ndjson", "2 made, 2 there already, 0 refused.");
    takes(&server, "users.ndjson --after 4", "0 made, 1 there already, 0 refused.");
    let told = server.json("user import users.ndjson");
    assert_eq!((&told["made"], &told["present"], &told["refusals"]), (&json!(0), &json!(4), &json!([])));
    assert_eq!(server.json("user show bob@example.com")["external_id"], "7");
}

#[tokio::test]
async fn a_large_file_is_sent_in_parts_and_all_of_it_is_taken() {
    let server = Running::dev("warn");
    let line = |number: u32| {
        let meta = "x".repeat(3000);
        json!({ "email": format!("u{number}@example.com"), "email_verified": true, "password_hash": BCRYPT,
            "private_metadata": { "a": meta } })
    };
    let text: String = (0..421).map(|number| format!("{}\n", line(number))).collect();
    write(&server, "users.ndjson", &text);
    takes(&server, "users.ndjson", "421 made, 0 there already, 0 refused.");
    takes(&server, "users.ndjson", "0 made, 421 there already, 0 refused.");
    for name in ["u0", "u50", "u420"] {
        server.browser().sign_in(name, PASSWORD).await.ok();
    }
}

#[tokio::test]
async fn users_of_clerk_come_from_its_dashboard_or_its_api() {
    let server = Running::dev("warn");
    let head = "id,first_name,last_name,username,primary_email_address,primary_phone_number,verified_email_addresses,unverified_email_addresses,verified_phone_numbers,unverified_phone_numbers,totp_secret,password_digest,password_hasher";
    let firebase = format!("{OF_FIREBASE}$42xEC+ixf3L2lw==${SIGNER_KEY}$Bw==$8$14");
    let rows = format!(
        "{head}\nuser_1,Ada,Lovelace,,ada@example.com,,ada@example.com|ada@other.example,,,,,{BCRYPT},bcrypt\n\
         user_2,Bob,,,bob@example.com,+4915112345678,bob@example.com,,+4915112345678,,,{firebase},scrypt_firebase\n\
         user_3,Eve,,,eve@example.com,,,eve@example.com,,,,{BCRYPT},bcrypt\n"
    );
    write(&server, "clerk.csv", &rows);
    let ended = server.keyrack("user import --from clerk clerk.csv");
    assert!(ended.out[0].starts_with("line 4: REQUIRED_FIELD: The address was not proved"), "{ended:?}");
    assert_eq!(ended.out[1], "2 made, 0 there already, 1 refused.");
    for name in ["ada", "bob"] {
        server.browser().sign_in(name, PASSWORD).await.ok();
    }
    let ada = server.json("user show ada@example.com");
    assert_eq!((&ada["external_id"], &ada["last_name"]), (&json!("user_1"), &json!("Lovelace")));
    assert_eq!(server.json("user show ada@other.example")["id"], ada["id"]);

    let of_api = json!([{
        "id": "user_9", "external_id": "mine-9", "first_name": "Carol", "last_name": null, "username": null,
        "primary_email_address_id": "idn_2", "banned": true, "created_at": 1_577_836_800_000_i64,
        "email_addresses": [
            { "id": "idn_1", "email_address": "c@other.example", "verification": { "status": "verified" } },
            { "id": "idn_2", "email_address": "carol@example.com", "verification": { "status": "verified" } },
            { "id": "idn_3", "email_address": "no@example.com", "verification": { "status": "unverified" } },
        ],
        "phone_numbers": [], "public_metadata": { "plan": "pro" }, "private_metadata": {}, "password_enabled": true,
    }]);
    write(&server, "clerk.json", &format!("{of_api:#}"));
    takes(&server, "--from clerk clerk.json", "1 made, 0 there already, 0 refused.");
    let carol = server.json("user show carol@example.com");
    assert_eq!(
        (&carol["state"], &carol["external_id"], &carol["created_at"]),
        (&json!("disabled"), &json!("mine-9"), &json!("2020-01-01T00:00:00.000Z"))
    );
    assert_eq!(
        (&carol["has_password"], &carol["public_metadata"]),
        (&json!(false), &json!({ "plan": "pro" }))
    );
    assert_eq!(server.refuses("user show no@example.com").0, 4);
}

#[tokio::test]
async fn users_of_auth0_come_from_its_export_its_hashes_or_a_file_for_its_import() {
    let server = Running::dev("warn");
    let hashes = json!({
        "_id": { "$oid": "60425dc43519d90068f82973" }, "email_verified": true, "email": "ada@example.com",
        "passwordHash": BCRYPT, "password_set_date": { "$date": "2021-03-05T16:33:08.280Z" }, "tenant": "dev",
        "connection": "Username-Password-Authentication", "_tmp_is_unique": true,
    });
    let exported = json!({
        "user_id": "google-oauth2|1", "email": "bob@example.com", "email_verified": true, "name": "Bob van Dam",
        "created_at": "2020-01-01T00:00:00.000Z", "user_metadata": { "color": "red" }, "app_metadata": { "plan": "pro" },
    });
    let of_import = json!({
        "email": "carol@example.com", "email_verified": true, "user_id": "c1", "given_name": "Carol", "blocked": false,
        "custom_password_hash": {
            "algorithm": "scrypt", "keylen": 32, "cost": 1024, "blockSize": 8, "parallelization": 1,
            "salt": { "value": "000102030405060708090a0b0c0d0e0f", "encoding": "hex" },
            "hash": { "value": "hKGWL22WtdGfIbxEPAZ06BS2bWyYKuZIKvypfAlYOWk=", "encoding": "base64" },
        },
    });
    let with_hash = |name: &str, algorithm: &str, hash: &str| {
        json!({
            "email": format!("{name}@example.com"), "email_verified": true,
            "custom_password_hash": { "algorithm": algorithm, "hash": { "value": hash } },
        })
    };
    let of_argon = with_hash("erin", "argon2", ARGON2I);
    let of_pbkdf = with_hash("frank", "pbkdf2", PBKDF2);
    let of_md5 = json!({
        "email": "dora@example.com", "email_verified": true,
        "custom_password_hash": { "algorithm": "md5", "hash": { "value": "5f4dcc3b5aa765d61d8327deb882cf99" } },
    });
    write(
        &server,
        "auth0.ndjson",
        &format!("{hashes}\n{exported}\n{of_import}\n{of_argon}\n{of_pbkdf}\n{of_md5}\n"),
    );
    let ended = server.keyrack("user import auth0.ndjson --from auth0");
    assert!(
        ended.out[0].starts_with("line 6: invalid_parameter: password_hash: it is of no kind"),
        "{ended:?}"
    );
    assert_eq!(ended.out[1], "5 made, 0 there already, 1 refused.");
    takes(
        &server,
        "auth0.ndjson --from auth0 --after 5 --drop-unusable",
        "1 made (1 of them without a password), 0 there already, 0 refused.",
    );
    for name in ["ada", "carol", "erin", "frank"] {
        server.browser().sign_in(name, PASSWORD).await.ok();
    }
    let id_of = |name: &str| server.json(&format!("user show {name}@example.com"))["external_id"].clone();
    assert_eq!(id_of("ada"), "auth0|60425dc43519d90068f82973");
    assert_eq!((id_of("bob"), id_of("carol")), (json!("google-oauth2|1"), json!("auth0|c1")));
    let bob = server.json("user show bob@example.com");
    assert_eq!((&bob["first_name"], &bob["last_name"]), (&json!("Bob van"), &json!("Dam")));
    assert_eq!(
        (&bob["public_metadata"]["color"], &bob["private_metadata"]["plan"]),
        (&json!("red"), &json!("pro"))
    );
}

#[tokio::test]
async fn users_of_supabase_come_as_rows_of_its_table() {
    let server = Running::dev("warn");
    let head = "instance_id,id,aud,role,email,encrypted_password,email_confirmed_at,last_sign_in_at,raw_app_meta_data,raw_user_meta_data,created_at,phone,phone_confirmed_at,banned_until,deleted_at,is_sso_user,is_anonymous";
    let (id, app) = ("8d4e5c0a-0000-4000-8000-00000000000", "\"{\"\"provider\"\": \"\"email\"\"}\"");
    let rows = format!(
        "{head}\n\
         0,{id}1,authenticated,authenticated,ada@example.com,{BCRYPT},2020-01-01 00:00:00.5+00,,{app},\"{{\"\"full_name\"\": \"\"Ada Lovelace\"\"}}\",2020-01-01 00:00:00+00,,,,,false,false\n\
         0,{id}2,authenticated,authenticated,bob@example.com,{BCRYPT},2020-01-01 00:00:00+00,,{app},{{}},2020-01-01 00:00:00+00,4915112345678,2020-01-01 00:00:00+00,2020-01-02 00:00:00+00,,false,false\n\
         0,{id}3,authenticated,authenticated,eve@example.com,{BCRYPT},2020-01-01 00:00:00+00,,{app},{{}},2020-01-01 00:00:00+00,,,2999-01-01 00:00:00+00,,false,false\n\
         0,{id}4,authenticated,authenticated,gone@example.com,{BCRYPT},2020-01-01 00:00:00+00,,{app},{{}},2020-01-01 00:00:00+00,,,,2020-01-02 00:00:00+00,false,false\n\
         0,{id}5,authenticated,authenticated,,,,,{{}},{{}},2020-01-01 00:00:00+00,,,,,false,true\n"
    );
    write(&server, "supabase.csv", &rows);
    let ended = server.keyrack("user import supabase.csv --from supabase");
    assert_eq!(ended.out[0], "line 5: unreadable: it was deleted there");
    assert!(ended.out[1].starts_with("line 6: unreadable: it is of somebody who was never"), "{ended:?}");
    assert_eq!(ended.out[2], "3 made, 0 there already, 2 refused.");
    for name in ["ada", "bob"] {
        server.browser().sign_in(name, PASSWORD).await.ok();
    }
    assert_eq!(server.browser().sign_in("eve", PASSWORD).await.refused().1, "USER_DISABLED");
    let ada = server.json("user show ada@example.com");
    assert_eq!((&ada["first_name"], &ada["external_id"]), (&json!("Ada"), &json!(format!("{id}1"))));
    assert_eq!(ada["private_metadata"], json!({ "provider": "email" }));
}

#[tokio::test]
async fn users_of_firebase_come_with_their_projects_parameters() {
    let server = Running::dev("warn");
    let user = |id: &str, more: Value| {
        let mut all = json!({ "localId": id, "createdAt": "1577836800000", "lastSignedInAt": "1577836800000",
            "providerUserInfo": [] });
        all.as_object_mut().unwrap().extend(more.as_object().unwrap().clone());
        all
    };
    let users = json!({ "users": [
        user("f1", json!({ "email": "ada@example.com", "emailVerified": true, "displayName": "Ada Lovelace",
            "passwordHash": OF_FIREBASE, "salt": "42xEC-ixf3L2lw==", "customAttributes": "{\"admin\":true}" })),
        user("f2", json!({ "phoneNumber": "+4915112345678" })),
        user("f3", json!({ "email": "eve@example.com", "emailVerified": false, "passwordHash": OF_FIREBASE,
            "salt": "42xEC-ixf3L2lw==" })),
    ] });
    write(&server, "users.json", &users.to_string());
    let console = format!(
        "hash_config {{\n  algorithm: SCRYPT,\n  base64_signer_key: {SIGNER_KEY},\n  base64_salt_separator: Bw==,\n  rounds: 8,\n  mem_cost: 14,\n}}\n"
    );
    write(&server, "parameters", &console);
    let (exit, said) = server.refuses("user import users.json --from firebase");
    assert!(exit == 2 && said.contains("--firebase-hash"), "{exit} {said}");
    let ended = server.keyrack("user import users.json --from firebase --firebase-hash parameters");
    assert!(ended.out[0].starts_with("user 3: REQUIRED_FIELD: "), "{ended:?}");
    assert_eq!(ended.out[1], "2 made, 0 there already, 1 refused.");
    let vouched = "users.json --from firebase --firebase-hash parameters --vouch";
    takes(&server, vouched, "1 made, 2 there already, 0 refused.");
    for name in ["ada", "eve"] {
        server.browser().sign_in(name, PASSWORD).await.ok();
    }
    let ada = server.json("user show ada@example.com");
    assert_eq!((&ada["external_id"], &ada["public_metadata"]["admin"]), (&json!("f1"), &json!(true)));
    let all = server.json("user list");
    assert_eq!(all["items"].as_array().unwrap().len(), 3);
}

#[test]
fn what_cannot_be_begun_says_so_in_one_line_and_what_was_begun_how_to_go_on() {
    let server = Running::dev("warn");
    let (exit, said) = server.refuses("user import nowhere.ndjson");
    assert!(exit == 1 && said.starts_with("nowhere.ndjson: "), "{exit} {said}");
    write(&server, "empty", "");
    assert_eq!(server.refuses("user import empty"), (1, "empty: it is empty".to_owned()));
    let user = |name: &str| json!({ "email": format!("{name}@example.com"), "email_verified": true });
    let many: Vec<Value> = (0..60).map(|number| user(&format!("u{number}"))).collect();
    let mut cut = json!(many).to_string();
    cut.truncate(cut.len() - 5);
    write(&server, "cut.json", &cut);
    let ended = server.keyrack("user import cut.json");
    let (exit, said) = fails(&ended);
    assert!(
        exit == 1 && said.contains("no JSON: ") && said.contains("everything up to user 50 is done"),
        "{ended:?}"
    );
    write(&server, "whole.json", &json!(many).to_string());
    takes(&server, "whole.json --after 50", "10 made, 0 there already, 0 refused.");
    takes(&server, "whole.json", "0 made, 60 there already, 0 refused.");
}
