//! Plugins that mean harm, or are only broken: what each does, in a few lines of WebAssembly text.

use super::guest::Guest;

/// Where the bodies below put the parameters of host functions.
const RECORD: u32 = 8192;
/// Where host functions put their answers.
const ANSWER: u32 = 16384;
/// Where memory starts that a guest got by growing: all zeroes.
const GROWN: u32 = 2 * 65536;

pub fn endless_loop() -> Guest {
    Guest::importer("endless-loop").work("(loop $l (br $l)) (unreachable)")
}

/// Every look at the clock finds it inside one long instruction.
pub fn endless_fill() -> Guest {
    Guest::importer("endless-fill").work(
        "(drop (memory.grow (i32.const 1000)))
         (loop $l (memory.fill (i32.const 0) (i32.const 1) (i32.const 65000000)) (br $l)) (unreachable)",
    )
}

pub fn memory_bomb() -> Guest {
    Guest::importer("memory-bomb")
        .work("(loop $l (drop (memory.grow (i32.const 256))) (br $l)) (unreachable)")
}

pub fn deep_recursion() -> Guest {
    Guest::importer("deep-recursion")
        .items("(func $f (param i64) (result i64) (i64.add (i64.const 1) (call $f (i64.add (local.get 0) (i64.const 1)))))")
        .work("(drop (call $f (i64.const 0))) (i32.const 0)")
}

pub fn trap() -> Guest {
    Guest::importer("trap").work("(unreachable)")
}

pub fn division() -> Guest {
    Guest::importer("division").work("(i32.div_u (i32.const 1) (i32.const 0))")
}

pub fn wild_pointer() -> Guest {
    Guest::importer("wild-pointer").work("(i32.const -8)")
}

pub fn log_flood() -> Guest {
    Guest::importer("log-flood")
        .log()
        .items("(global $n (mut i32) (i32.const 1000000))")
        .work(
            "(loop $l
            (call $log (i32.const 2) (i32.const 1024) (i32.const 9))
            (global.set $n (i32.sub (global.get $n) (i32.const 1)))
            (br_if $l (global.get $n)))
         (i32.const 0)",
        )
}

pub fn call_flood() -> Guest {
    Guest::importer("call-flood")
        .import("host", "settings", "(param i32)")
        .work(&format!(
            "(loop $l (call $settings (i32.const {ANSWER})) (br $l)) (unreachable)"
        ))
}

/// Pushes a batch again and again whose lists have `rows` elements, all zeroes; `patch` writes what is to be wrong.
pub fn rows(id: &str, rows: u32, patch: &str, again: bool) -> Guest {
    // `first`, 12 lists, and the two lists of the texts, one after the other; all lists share the zeroes from GROWN on.
    let mut fill = format!("(i32.store (i32.const {RECORD}) (global.get $first))");
    for list in 0..10 {
        let at = RECORD + 4 + list * 8;
        fill += &format!(
            "(i32.store (i32.const {at}) (i32.const {GROWN})) (i32.store (i32.const {}) (i32.const {rows}))",
            at + 4
        );
    }
    let repeat = if again { "(br $l)" } else { "" };
    let grow = (rows * 4).div_ceil(65536) + 1;
    Guest::importer(id)
        .import("ast-sink", "push", "(param i32 i32)")
        .items("(global $first (mut i32) (i32.const 1))")
        .work(&format!(
            "(drop (memory.grow (i32.const {grow})))
             (loop $l {fill} {patch}
                (call $push (i32.const {RECORD}) (i32.const {ANSWER}))
                (global.set $first (i32.add (global.get $first) (i32.const {rows})))
                {repeat})
             (i32.const 0)"
        ))
}

/// Address of a list's address in the batch; its length follows.
pub fn list(number: u32) -> u32 {
    RECORD + 4 + number * 8
}

/// Writes a number into the batch.
pub fn store(at: u32, value: i64) -> String {
    format!("(i32.store (i32.const {at}) (i32.const {value}))")
}

/// Gives an outline whose module name has this place and length.
pub fn outline_text(id: &str, pages: u32, address: i64, length: i64) -> Guest {
    let mut guest = Guest::importer(id);
    guest.pages = pages;
    // result<file-outline, fault>: the outline starts 4 bytes in, with the module's name.
    guest.outline = format!("{} {} (i32.const 0)", store(4, address), store(8, length));
    guest
}

pub fn bad_utf8() -> Guest {
    let mut guest = outline_text("bad-utf8", 2, 2048, 2);
    guest.items = "(data (i32.const 2048) \"\\ff\\fe\")".into();
    guest
}

pub fn start(id: &str, body: &str) -> Guest {
    Guest::importer(id).items(&format!("(func $start {body}) (start $start)"))
}

pub fn table_bomb() -> Guest {
    Guest::importer("table-bomb")
        .items("(table $t 1 funcref)")
        .work("(loop $l (drop (table.grow $t (ref.null func) (i32.const 1000))) (br $l)) (unreachable)")
}

/// A million parentheses of code, more or less: slow to compile, quick to read.
pub fn compile_bomb(functions: usize) -> Guest {
    let mut body = String::from("(local $a i64) (local $b i64)");
    for n in 0..400 {
        body += &format!(
            "(if (i64.eqz (local.get $a)) (then (local.set $b (i64.mul (local.get $b) (i64.const {n}))))
               (else (local.set $a (i64.rotl (local.get $b) (local.get $a)))))"
        );
    }
    let mut guest = Guest::importer("compile-bomb");
    for _ in 0..functions {
        guest.items += &format!("(func {body})");
    }
    guest
}

/// Asks for the query `definition` and keeps the result; the answer's first byte is 0 for a result, 1 for a fault.
pub fn query() -> String {
    // statement::named at its tag and text; no parameters; no budget of its own.
    format!(
        "(call $query (i32.const 0) (i32.const 2048) (i32.const 10) (i32.const 0) (i32.const 0)
            (i32.const 0) (i32.const 0) (i32.const 0) (i32.const {ANSWER}))"
    )
}

/// A scenario that can query.
pub fn asker(id: &str) -> Guest {
    let query = "(param i32 i32 i32 i32 i32 i32 i32 i32 i32)";
    Guest::scenario(id)
        .manifest("capabilities = [\"graph.query\"]")
        .import("graph", "query", query)
        .items("(data (i32.const 2048) \"definition\")")
}

pub fn handle_flood() -> Guest {
    asker("handle-flood").work(&format!("(loop $l {} (br $l)) (unreachable)", query()))
}

/// Traps unless the query is denied.
pub fn denied() -> Guest {
    asker("denied").work(&format!(
        "{} (if (i32.ne (i32.load8_u (i32.const {ANSWER})) (i32.const 1)) (then (unreachable)))
         (if (i32.ne (i32.load8_u (i32.const {})) (i32.const 1)) (then (unreachable)))
         (i32.const 0)",
        query(),
        ANSWER + 4
    ))
}

/// A scenario that hands over what `pieces` wrote as a list of `count` chunks at 32768, 56 bytes each.
pub fn speaker(id: &str, count: u32, pieces: &str, again: bool) -> Guest {
    let repeat = if again { "(br $l)" } else { "" };
    Guest::scenario(id).import("answer", "[method]sink.emit", "(param i32 i32 i32 i32)").work(&format!(
        "{pieces}
         (loop $l (call $methodsink.emit (local.get $sink) (i32.const {CHUNKS}) (i32.const {count}) (i32.const {ANSWER})) {repeat})
         (i32.const 0)"
    ))
}

/// Where chunks stand.
pub const CHUNKS: u32 = 32768;

/// Writes a chunk with a text: `text` (0), `progress` (4) or `follow-up` (5).
pub fn text_chunk(number: u32, case: u32, address: u32, length: u32) -> String {
    let at = CHUNKS + number * 56;
    [
        store(at, case.into()),
        store(at + 8, address.into()),
        store(at + 12, length.into()),
    ]
    .concat()
}

/// Writes a citation: its path and code stand at the addresses.
pub fn citation_chunk(number: u32, path: (u32, u32), line: u32, code: (u32, u32)) -> String {
    let at = CHUNKS + number * 56;
    let fields = [
        (0, 2),
        (8, path.0),
        (12, path.1),
        (16, line),
        (20, line),
        (24, code.0),
        (28, code.1),
    ];
    fields
        .map(|(offset, value)| store(at + offset, value.into()))
        .concat()
}

/// A scenario that says the letter `x` so many times, in pieces of so many.
pub fn talker(id: &str, pieces: u32, letters: u32) -> Guest {
    let pages = letters.div_ceil(65536) + 1;
    let mut guest = Guest::scenario(id)
        .import("answer", "[method]sink.emit", "(param i32 i32 i32 i32)")
        .items(&format!("(global $left (mut i32) (i32.const {pieces}))"))
        .work(&format!(
            "(drop (memory.grow (i32.const {pages})))
             (memory.fill (i32.const {GROWN}) (i32.const 120) (i32.const {letters}))
             {}
             (loop $l
                (call $methodsink.emit (local.get $sink) (i32.const {CHUNKS}) (i32.const 1) (i32.const {ANSWER}))
                (global.set $left (i32.sub (global.get $left) (i32.const 1)))
                (br_if $l (global.get $left)))
             (i32.const 0)",
            text_chunk(0, 0, GROWN, letters)
        ));
    guest.pages = 2;
    guest
}

/// Scenarios that mean harm, each in its own way: what a server must bear being asked.
pub fn scenarios() -> Vec<Guest> {
    let mut guests: Vec<Guest> = [
        endless_loop(),
        endless_fill(),
        memory_bomb(),
        deep_recursion(),
        trap(),
        division(),
        wild_pointer(),
        log_flood(),
        call_flood(),
        table_bomb(),
    ]
    .map(Guest::into_scenario)
    .into();
    guests.push(handle_flood());
    guests.push(speaker("speech-flood", 1, &text_chunk(0, 0, 0, 1024), true));
    guests
}
