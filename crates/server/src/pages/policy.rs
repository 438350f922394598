//! What a browser may do with a page: nothing but what it needs.

use crate::config::Deployment;
use url::Url;

/// The policy of a page. `host` is the one that the request named.
pub fn content_security(deployment: &Deployment, host: &str) -> String {
    let ui = &deployment.ui;
    let mut images = vec!["'self'".to_owned()];
    for address in [&ui.logo_image_url, &ui.favicon_image_url, &ui.default_user_profile_image_url] {
        // A path is on this host already.
        if let Some(origin) = origin_of(address).filter(|origin| !images.contains(origin)) {
            images.push(origin);
        }
    }
    let api = if host.eq_ignore_ascii_case(&deployment.origin.host_and_port()) {
        String::new()
    } else {
        // A proxy names Keyrack in another way than the browser does, or it is reached under another name.
        format!(" {}", deployment.origin)
    };
    format!(
        "default-src 'none'; script-src 'self'; style-src 'self'; img-src {}; connect-src 'self'{api}; \
         form-action 'self'; base-uri 'none'; frame-ancestors 'none'; object-src 'none'; \
         require-trusted-types-for 'script'; trusted-types 'none'",
        images.join(" ")
    )
}

fn origin_of(address: &str) -> Option<String> {
    let url = Url::parse(address).ok().filter(|url| matches!(url.scheme(), "http" | "https"))?;
    Some(url.origin().ascii_serialization())
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::config::{Mode, Origin};

    #[test]
    fn images_come_from_where_the_deployment_has_them_and_nothing_else_is_added() {
        let mut deployment = Deployment::built_in(4400, Mode::Production);
        deployment.origin = Origin::parse("https://auth.example.com").unwrap();
        let plain = content_security(&deployment, "auth.example.com");
        assert!(plain.contains("img-src 'self'; connect-src 'self'; form-action 'self'; base-uri 'none'"));
        assert!(plain.starts_with("default-src 'none'; script-src 'self'; style-src 'self'; "));
        assert!(!plain.contains("unsafe") && !plain.contains("http"), "{plain}");

        deployment.ui.logo_image_url = "https://cdn.example.com/logo.svg; script-src *".to_owned();
        deployment.ui.favicon_image_url = "https://cdn.example.com/icon.png".to_owned();
        deployment.ui.default_user_profile_image_url = "/avatar.png".to_owned();
        let policy = content_security(&deployment, "auth.example.com");
        assert!(policy.contains("img-src 'self' https://cdn.example.com; connect-src 'self';"), "{policy}");

        let elsewhere = content_security(&deployment, "127.0.0.1:4400");
        assert!(elsewhere.contains("connect-src 'self' https://auth.example.com;"), "{elsewhere}");
    }
}
