//! A small file in the MaxMind DB format (version 2.0), as an operator may have one.

/// Marks where the file's own description begins.
const MARKER: &[u8] = b"\xab\xcd\xefMaxMind.com";
/// Between the tree and the data.
const GAP: [u8; 16] = [0; 16];

/// One in which 127.0.0.0/8 is in Bern, and nothing else is anywhere.
pub fn atlas(kind: &str) -> Vec<u8> {
    const BITS: u8 = 8;
    let nodes = u32::from(BITS);
    let mut file = Vec::new();
    for level in 0..BITS {
        // An address that leaves the network's bits is nowhere; after the last one comes the data's first byte.
        let next = if level + 1 == BITS { nodes + 16 } else { u32::from(level) + 1 };
        let is_one = 127_u8 >> (BITS - 1 - level) & 1 == 1;
        let records = if is_one { [nodes, next] } else { [next, nodes] };
        for record in records {
            file.extend(&record.to_be_bytes()[1..]);
        }
    }
    file.extend(GAP);
    let named = |name: &str| map(&[("names", map(&[("en", text(name))]))]);
    let coded =
        |code: &str, name: &str| map(&[("iso_code", text(code)), ("names", map(&[("en", text(name))]))]);
    file.extend(map(&[
        ("city", named("Bern")),
        ("country", coded("CH", "Switzerland")),
        ("subdivisions", list(&[coded("BE", "Canton of Bern")])),
    ]));
    file.extend(MARKER);
    file.extend(map(&[
        ("binary_format_major_version", number(5, 2)),
        ("binary_format_minor_version", number(5, 0)),
        ("build_epoch", number(9, 1_767_225_600)),
        ("database_type", text(kind)),
        ("description", map(&[("en", text("one network"))])),
        ("ip_version", number(5, 4)),
        ("languages", list(&[text("en")])),
        ("node_count", number(6, nodes)),
        ("record_size", number(5, 24)),
    ]));
    file
}

/// The first byte, or two, of a value: what it is, and how long.
fn control(kind: u8, size: usize) -> Vec<u8> {
    assert!(size < 29, "longer ones are written otherwise");
    let size = u8::try_from(size).unwrap();
    if kind > 7 { vec![size, kind - 7] } else { vec![kind << 5 | size] }
}

fn text(text: &str) -> Vec<u8> {
    [control(2, text.len()), text.as_bytes().to_vec()].concat()
}

fn number(kind: u8, value: u32) -> Vec<u8> {
    let bytes: Vec<u8> = value.to_be_bytes().into_iter().skip_while(|byte| *byte == 0).collect();
    [control(kind, bytes.len()), bytes].concat()
}

fn list(values: &[Vec<u8>]) -> Vec<u8> {
    [control(11, values.len()), values.concat()].concat()
}

fn map(pairs: &[(&str, Vec<u8>)]) -> Vec<u8> {
    let pairs: Vec<Vec<u8>> = pairs.iter().map(|(key, value)| [text(key), value.clone()].concat()).collect();
    [control(7, pairs.len()), pairs.concat()].concat()
}
