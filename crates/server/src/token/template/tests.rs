use super::*;
use serde_json::json;

fn parse(claims: Value) -> Result<Template, String> {
    Template::parse(claims.as_object().unwrap())
}

fn filled(claims: Value, values: &Value) -> Value {
    Value::Object(parse(claims).unwrap().fill(values))
}

#[test]
fn a_whole_string_is_the_value_and_a_longer_one_holds_its_text() {
    let values = json!({
        "user": {
            "id": "usr_1", "first_name": "Ada", "has_second_factor": true,
            "public_metadata": { "plan": "pro", "seats": 3, "tags": ["a"], "deep": { "er": 1 } },
        },
        "organization": null,
    });
    let claims = json!({
        "id": "{{user.id}}", "is": "{{ user.has_second_factor }}", "all": "{{user.public_metadata}}",
        "plan": "{{user.public_metadata.plan}}", "deep": "{{user.public_metadata.deep.er}}",
        "text": "{{user.first_name}} has {{user.public_metadata.seats}} seats, {{user.has_second_factor}}",
        "none": "{{organization.name}}", "gone": "<{{organization.name}}{{user.public_metadata.tags}}>",
        "list": ["{{user.id}}", 1, { "a": "{{user.public_metadata.tags}}" }], "fixed": "}} as it is { {",
    });
    let expected = json!({
        "id": "usr_1", "is": true, "all": values["user"]["public_metadata"], "plan": "pro", "deep": 1,
        "text": "Ada has 3 seats, true", "none": null, "gone": "<>",
        "list": ["usr_1", 1, { "a": ["a"] }], "fixed": "}} as it is { {",
    });
    assert_eq!(filled(claims, &values), expected);
}

#[test]
fn i05_what_people_call_themselves_stays_in_its_place() {
    let hostile = [
        r#"","role":"admin","x":""#,
        "{{user.id}}",
        "{% if 1 %}{{ 7*7 }}",
        "${jndi:ldap://x}",
        "\u{0}\u{1b}[2J\\u0022",
        "\"}}],",
    ];
    let claims = json!({ "name": "{{user.first_name}}", "hello": "Hi {{user.first_name}}!", "in": { "a": ["{{user.first_name}}"] } });
    for name in hostile {
        let values = json!({ "user": { "id": "usr_secret", "first_name": name } });
        let text = serde_json::to_string(&filled(claims.clone(), &values)).unwrap();
        let read: Value = serde_json::from_str(&text).unwrap();
        assert_eq!(read, json!({ "name": name, "hello": format!("Hi {name}!"), "in": { "a": [name] } }));
        assert!(!text.contains("usr_secret"));
    }
}

#[test]
fn i06_a_claim_of_keyracks_own_is_refused_wherever_it_could_be_taken_for_one() {
    for name in RESERVED {
        let refused = parse(json!({ name: "x" })).unwrap_err();
        assert!(refused.contains(&format!("{name:?}")), "{refused}");
        // Further in it is the application's own business.
        assert!(parse(json!({ "app": { name: "x" } })).is_ok());
    }
    assert!(parse(json!({ "claims": "x" })).is_err() && parse(json!({ "claims": ["{{user.id}}"] })).is_err());
    assert!(parse(json!({ "claims": { "a": 1 } })).is_ok());
    assert!(parse(json!({ "claims": "{{user.public_metadata}}" })).is_ok());
}

#[test]
fn what_is_no_placeholder_is_refused_with_those_that_there_are() {
    for wrong in [
        "{{user.private_metadata}}",
        "{{user.private_metadata.plan}}",
        "{{user.password_hash}}",
        "{{user}}",
        "{{}}",
        "{{user.id.x}}",
        "{{user.public_metadata.}}",
        "{{user.public_metadata.a b}}",
        "{{user.first_name | upper}}",
        "{{{{user.id}}}}",
        "{{__proto__}}",
    ] {
        let refused = parse(json!({ "a": ["x", { "b": wrong }] })).unwrap_err();
        assert!(
            refused.contains("there is no placeholder") && refused.contains("user.external_id"),
            "{wrong}: {refused}"
        );
    }
    assert!(parse(json!({ "a": "{{user.id" })).unwrap_err().contains("nothing closes"));
    assert!(parse(json!({ "a": "x {{user.public_metadata}}" })).unwrap_err().contains("object"));
    assert!(parse(json!({ "a": "x {{organization.roles}}" })).unwrap_err().contains("list"));
    assert!(parse(json!({ "{{user.id}}": 1 })).is_err() && parse(json!({ "": 1 })).is_err());
    assert!(parse(json!({ "a": "x".repeat(9000) })).unwrap_err().contains("8192 bytes"));
    let deep = (0..9).fold(json!(1), |inner, _| json!({ "a": inner }));
    assert!(parse(deep).unwrap_err().contains("levels"));
}

#[test]
fn a_template_is_shown_as_it_was_written() {
    let claims = json!({ "a": ["{{user.id}}", 1], "b": { "c": "x {{ user.id }} y" }, "d": "z" });
    let shown = parse(claims).unwrap();
    assert_eq!(
        Value::Object(shown.written()),
        json!({ "a": ["{{user.id}}", 1], "b": { "c": "x {{user.id}} y" }, "d": "z" })
    );
    assert!(shown.has_places() && !parse(json!({ "d": "z" })).unwrap().has_places());
}
