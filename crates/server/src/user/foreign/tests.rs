use super::*;

/// What everybody's password is here.
const PASSWORD: &str = "correct horse battery";
/// Firebase's own example of a project's parameters.
const SIGNER_KEY: &str =
    "jxspr8Ki0RYycVU8zykbdLGjFQ3McFUH0uiiTvC8pVMXAn210wjLNmdZJzxUECKbm0QsEmYUSDzZvpjeJ9WmXA==";
const BETTER_AUTH: &str = "00112233445566778899aabbccddeeff:267a33c2ae63f1c2d542f84d50b7d87c68900c8b9475f6a47ade71cf44b234822e0a34af1d226572b5caf52809319d4c486f3d209cc2fd022fb53bb4eaeb35b1";

fn firebase() -> FirebaseKey {
    FirebaseKey::new(SIGNER_KEY, "Bw==", (8, 14)).unwrap()
}

/// Made by crypt(3), Python's hashlib and Node's crypto, not by what verifies them here.
#[test]
fn hashes_of_other_systems_fit_their_password_and_no_other_also_as_they_are_kept() {
    for text in [
        "$2b$04$abcdefghijklmnopqrstuuqREtd3VJD2QVZbuFskFSLk6eRIrQoOS",
        "$2y$05$abcdefghijklmnopqrstuuD3mHdCr44zlIZ.VZCaYRpfQhXMYnEo.",
        BETTER_AUTH,
        "$scrypt$ln=10,r=8,p=1$AAECAwQFBgcICQoLDA0ODw$hKGWL22WtdGfIbxEPAZ06BS2bWyYKuZIKvypfAlYOWk",
        "$scrypt$ln=10,r=8,p=1$AAECAwQFBgcICQoLDA0ODw==$hKGWL22WtdGfIbxEPAZ06BS2bWyYKuZIKvypfAlYOWk=",
        "scrypt:1024:8:1$NaCl$8b73ac78827c7b51b659a1357469865e611a61e3b074e6452e961519d933ff8b99241e957ccf6ceaa9b9ad71cf46afa4a6f0383fa2db297117725376c459ffd6",
        "$pbkdf2-sha1$i=1000,l=20$AAECAwQFBgcICQoLDA0ODw$yr+bZKkEnTtGf3f18VjXM5CIxT8",
        "$pbkdf2$1000$AAECAwQFBgcICQoLDA0ODw$yr.bZKkEnTtGf3f18VjXM5CIxT8",
        "$pbkdf2-sha256$i=1000,l=32$AAECAwQFBgcICQoLDA0ODw$AhaeZ02AwPxykuhhDI8XvhQN8GKvmqM+qF6qvs/98I0",
        "$pbkdf2-sha256$1000$AAECAwQFBgcICQoLDA0ODw$AhaeZ02AwPxykuhhDI8XvhQN8GKvmqM.qF6qvs/98I0",
        "$pbkdf2-sha512$i=1000$AAECAwQFBgcICQoLDA0ODw$ToxFUi5y3fprZRW/V6CupR2uIDYfuy5rlsF9Z4E648lE68lw5lzmucru/HdPvmBJDSLroVh1Q2xCvjqd8NI/6Q",
        "pbkdf2_sha256$1000$seasalt$DrdiWD40lyBuydnjvZiDrdQMx1S1mOA9O0QYex0R6ww=",
        "pbkdf2:sha256:1000$seasalt$0eb762583e3497206ec9d9e3bd9883add40cc754b598e03d3b44187b1d11eb0c",
    ] {
        let foreign = Foreign::read(text).unwrap_or_else(|why| panic!("{text}: {why}"));
        let kept = foreign.text();
        let again = Foreign::read(&kept).unwrap();
        assert_eq!((&again, again.text()), (&foreign, kept), "{text}");
        assert!(again.fits(PASSWORD) && again.kind().is_some(), "{text}");
        for other in ["", "Correct horse battery", "correct horse battery ", "correct horse batter"] {
            assert!(!again.fits(other), "{text}: {other:?}");
        }
    }
}

#[test]
fn what_would_be_too_long_to_be_read_again_is_not_taken() {
    let django =
        |salt: &str| format!("pbkdf2_sha256$1000${salt}$DrdiWD40lyBuydnjvZiDrdQMx1S1mOA9O0QYex0R6ww=");
    let fits = Foreign::read(&django(&"s".repeat(700))).unwrap();
    assert_eq!(Foreign::read(&fits.text()).unwrap().text(), fits.text());
    // As Django writes it, it is short enough; what is kept has the salt in Base64.
    let long = django(&"s".repeat(900));
    assert!(long.len() < TEXT_MAX);
    assert_eq!(Foreign::read(&long).unwrap_err(), Unusable::Unknown);
    let hash = "lSrfV15cpx95/sZS2W9c9Kp6i/LVgQNDNC/qzrCnh1SAyZvqmZqAjTdn3aoItz+VHjoZilo78198JAdRuid5lQ==";
    let of_firebase = |salt: usize| Foreign::of_firebase(&firebase(), &"AAAA".repeat(salt), hash);
    assert!(Foreign::read(&of_firebase(150).unwrap().text()).is_ok());
    assert_eq!(of_firebase(300).unwrap_err(), Unusable::Unknown);
}

#[test]
fn a_hash_of_firebase_fits_with_its_projects_parameters_only() {
    let salt = "42xEC+ixf3L2lw==";
    let example = "lSrfV15cpx95/sZS2W9c9Kp6i/LVgQNDNC/qzrCnh1SAyZvqmZqAjTdn3aoItz+VHjoZilo78198JAdRuid5lQ==";
    let foreign = Foreign::of_firebase(&firebase(), salt, example).unwrap();
    assert!(foreign.fits("user1password") && !foreign.fits("user2password"));
    // As the export has it, and as another server keeps it.
    let of_web = "RJkBVVJmq2D8z_P8tVAJsfbxFyFigzGZ_ZYbhXRpcO8eM8P7B9iMegRBywYXvJPgxpf783rPSVXOZ0CE5x-Q_g==";
    let kept = Foreign::of_firebase(&firebase(), "42xEC-ixf3L2lw==", of_web).unwrap().text();
    assert!(kept.starts_with("$fbscrypt$v=1,n=14,r=8,p=1,ss=Bw,sk=jxspr8Ki0"), "{kept}");
    assert!(Foreign::read(&kept).unwrap().fits(PASSWORD));
    let padded = kept.replace("ss=Bw,", "ss=Bw==,");
    assert!(Foreign::read(&padded).unwrap().fits(PASSWORD));
    let others = FirebaseKey::new(&SIGNER_KEY.replace("jxsp", "jxsq"), "Bw==", (8, 14)).unwrap();
    assert!(!Foreign::of_firebase(&others, salt, example).unwrap().fits("user1password"));
    let unseparated = FirebaseKey::new(SIGNER_KEY, "", (8, 14)).unwrap();
    assert!(!Foreign::of_firebase(&unseparated, salt, example).unwrap().fits("user1password"));
}

#[test]
fn better_auth_brings_a_password_to_one_form_and_the_others_do_not() {
    let (ligature, plain) = ("\u{fb01}ve cafe\u{301}s", "five caf\u{e9}s");
    let text = "00112233445566778899aabbccddeeff:7f907905c9f366d9f9d04d494605d6981fa30e61065a32508b25b5402972f637ca3bc4a7ed8f2e554a0dc3633ba85ac221e93f9f3ab3b86c0b43b98ef07714ce";
    let foreign = Foreign::read(text).unwrap();
    assert!(foreign.fits(ligature) && foreign.fits(plain));
    let kept = foreign.text();
    assert!(kept.starts_with("$scrypt-nfkc$ln=14,r=16,p=1$"), "{kept}");
    let exact = Foreign::read(&kept.replace("-nfkc", "")).unwrap();
    assert!(exact.fits(plain) && !exact.fits(ligature));
}

#[test]
fn c05_what_bcrypt_does_not_see_of_a_password_is_not_made_its_password() {
    let (long, hash) = ("a".repeat(72), "$2b$04$abcdefghijklmnopqrstuuBzzIgyKkz7xMWYSzkIjUSnxEQFQ0WNe");
    let foreign = Foreign::read(hash).unwrap();
    assert!(foreign.fits(&long) && foreign.fits(&(long.clone() + "tail")));
    assert!(says_all_of(hash, &long) && !says_all_of(hash, &(long.clone() + "t")));
    assert!(says_all_of("$scrypt$", &(long.clone() + "t")));
    assert!(!foreign.fits(&"a".repeat(71)));
    let short = Foreign::read("$2b$04$abcdefghijklmnopqrstuuqREtd3VJD2QVZbuFskFSLk6eRIrQoOS").unwrap();
    assert!(!short.fits(&format!("{PASSWORD}\0more")) && !short.fits(&format!("{PASSWORD}\0{PASSWORD}\0")));
}

#[test]
fn what_no_server_can_bear_or_nobody_can_verify_is_refused() {
    let salted = "$AAECAwQFBgcICQoLDA0ODw$hKGWL22WtdGfIbxEPAZ06BS2bWyYKuZIKvypfAlYOWk";
    let bcrypt = |cost: &str| format!("$2b${cost}$abcdefghijklmnopqrstuuqREtd3VJD2QVZbuFskFSLk6eRIrQoOS");
    for (text, why) in [
        (bcrypt("03"), Unusable::TooCheap),
        (bcrypt("15"), Unusable::TooCostly),
        (bcrypt("31"), Unusable::TooCostly),
        (bcrypt("10").replace("$2b$", "$2x$"), Unusable::Unknown),
        (bcrypt("10").replace("S", "*"), Unusable::Damaged),
        (bcrypt("10")[..59].to_owned(), Unusable::Damaged),
        (format!("$scrypt$ln=18,r=8,p=1{salted}"), Unusable::TooCostly),
        (format!("$scrypt$ln=17,r=8,p=9{salted}"), Unusable::TooCostly),
        (format!("$scrypt$ln=4294967295,r=8,p=1{salted}"), Unusable::TooCostly),
        (format!("$scrypt$ln=10,r=4294967295,p=4294967295{salted}"), Unusable::TooCostly),
        (format!("$scrypt$ln=9,r=8,p=1{salted}"), Unusable::TooCheap),
        (format!("$scrypt$ln=0,r=8,p=1{salted}"), Unusable::Damaged),
        (format!("$scrypt$ln=10,r=8{salted}"), Unusable::Damaged),
        (format!("$scrypt$ln=10,ln=10,r=8,p=1{salted}"), Unusable::Damaged),
        (format!("$scrypt$ln=10,r=8,p=1,x=1{salted}"), Unusable::Damaged),
        ("$scrypt$ln=10,r=8,p=1$AAEC$AAEC".to_owned(), Unusable::Damaged),
        ("scrypt:1000:8:1$NaCl$00112233445566778899aabbccddeeff".to_owned(), Unusable::Damaged),
        (format!("$pbkdf2-sha256$i=999{salted}"), Unusable::TooCheap),
        (format!("$pbkdf2-sha256$i=4000001{salted}"), Unusable::TooCostly),
        (format!("$pbkdf2-sha1$i=2000001{salted}"), Unusable::TooCostly),
        (format!("$pbkdf2-sha256$i=0{salted}"), Unusable::Damaged),
        (format!("$pbkdf2-sha256$i=+1000{salted}"), Unusable::Damaged),
        (format!("$pbkdf2-sha256$i=1000,l=31{salted}"), Unusable::Damaged),
        (format!("$pbkdf2-md5$i=1000{salted}"), Unusable::Unknown),
        (format!("$argon2id$v=19$m=131073,t=1,p=1{salted}"), Unusable::TooCostly),
        (format!("$argon2id$v=19$m=65536,t=17,p=1{salted}"), Unusable::TooCostly),
        (format!("$argon2id$v=19$m=65536,t=1,p=17{salted}"), Unusable::TooCostly),
        (format!("$argon2id$m=65536,t=1,p=1{salted}"), Unusable::Damaged),
        ("$argon2id$v=19$m=65536,t=1,p=1$AAECAwQFBgcICQoLDA0ODw".to_owned(), Unusable::Damaged),
        ("5f4dcc3b5aa765d61d8327deb882cf99".to_owned(), Unusable::Unknown),
        ("$1$salt$qJH7.N4xYta3aEG/dfqo/0".to_owned(), Unusable::Unknown),
        ("$6$rounds=5000$salt$hash".to_owned(), Unusable::Unknown),
        ("md5$salt$hash".to_owned(), Unusable::Unknown),
        (PASSWORD.to_owned(), Unusable::Unknown),
        (String::new(), Unusable::Unknown),
        ("$".repeat(40), Unusable::Unknown),
        ("x".repeat(2000), Unusable::Unknown),
        ("$2b$\u{e9}".to_owned(), Unusable::Unknown),
    ] {
        assert_eq!(Foreign::read(&text), Err(why), "{text}");
    }
    let refused = FirebaseKey::new("c2hvcnQ=", "Bw==", (8, 14)).unwrap_err();
    assert_eq!(refused, Unusable::Damaged);
    assert_eq!(FirebaseKey::new(SIGNER_KEY, "Bw==", (8, 20)), Err(Unusable::TooCostly));
}

#[test]
fn an_argon2_hash_is_taken_whatever_its_costs_and_one_like_ours_is_no_other_kind() {
    let salted = "$AAECAwQFBgcICQoLDA0ODw$hKGWL22WtdGfIbxEPAZ06BS2bWyYKuZIKvypfAlYOWk";
    let kind = |how: &str| Foreign::read(&format!("${how}{salted}")).unwrap().kind();
    assert_eq!(kind("argon2id$v=19$m=19456,t=2,p=1"), None);
    assert_eq!(kind("argon2id$v=16$m=19456,t=2,p=1"), Some("argon2,19456,2,1".to_owned()));
    assert_eq!(kind("argon2i$v=19$m=19456,t=2,p=1"), Some("argon2,19456,2,1".to_owned()));
    assert_eq!(kind("argon2id$v=19$m=65536,t=4,p=1"), Some("argon2,65536,4,1".to_owned()));
    assert_eq!(kind("argon2d$v=19$m=131072,t=8,p=16"), Some("argon2,131072,8,16".to_owned()));
}

#[test]
fn nothing_of_a_hash_shows_where_it_is_printed() {
    let text = format!("{:?} {:?}", Foreign::read(BETTER_AUTH).unwrap(), firebase());
    assert_eq!(text, "Foreign(scrypt,14,16,1) FirebaseKey");
}
