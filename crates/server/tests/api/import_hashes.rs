//! Hashes of other systems' kinds that the tests' password has.

pub const BCRYPT: &str = "$2b$04$abcdefghijklmnopqrstuuqREtd3VJD2QVZbuFskFSLk6eRIrQoOS";
pub const PBKDF2: &str =
    "$pbkdf2-sha256$i=1000,l=32$AAECAwQFBgcICQoLDA0ODw$AhaeZ02AwPxykuhhDI8XvhQN8GKvmqM+qF6qvs/98I0";
pub const ARGON2I: &str =
    "$argon2i$v=19$m=256,t=3,p=1$c29tZSBzaXh0ZWVuIGJ5dA$ZTYHAxpQXEzeHFO8hBtWuPVEExWe4ys8";

/// The tests' password, hashed by crypt(3), Python's hashlib, Node's crypto, and the reference implementation of argon2.
pub const HASHES: [(&str, &str); 9] = [
    ("bcrypt", BCRYPT),
    (
        "better",
        "00112233445566778899aabbccddeeff:267a33c2ae63f1c2d542f84d50b7d87c68900c8b9475f6a47ade71cf44b234822e0a34af1d226572b5caf52809319d4c486f3d209cc2fd022fb53bb4eaeb35b1",
    ),
    (
        "argonid",
        "$argon2id$v=19$m=1024,t=2,p=2$c29tZSBzaXh0ZWVuIGJ5dA$WlbSb1OpwARNluMYNC2vl3WxoUEixcPN9y0YiiwplAI",
    ),
    ("argoni", ARGON2I),
    (
        "argond",
        "$argon2d$v=19$m=512,t=1,p=4$c29tZSBzaXh0ZWVuIGJ5dA$JTpCSlOZdyBtjtHfpJ7NESzz721TIVW4XnOWw7c2b4E",
    ),
    ("scrypt", "$scrypt$ln=10,r=8,p=1$AAECAwQFBgcICQoLDA0ODw$hKGWL22WtdGfIbxEPAZ06BS2bWyYKuZIKvypfAlYOWk"),
    ("pbkdf2", PBKDF2),
    ("django", "pbkdf2_sha256$1000$seasalt$DrdiWD40lyBuydnjvZiDrdQMx1S1mOA9O0QYex0R6ww="),
    (
        "fire",
        "$fbscrypt$v=1,n=14,r=8,p=1,ss=Bw==,sk=jxspr8Ki0RYycVU8zykbdLGjFQ3McFUH0uiiTvC8pVMXAn210wjLNmdZJzxUECKbm0QsEmYUSDzZvpjeJ9WmXA==$42xEC+ixf3L2lw==$RJkBVVJmq2D8z/P8tVAJsfbxFyFigzGZ/ZYbhXRpcO8eM8P7B9iMegRBywYXvJPgxpf783rPSVXOZ0CE5x+Q/g==",
    ),
];
