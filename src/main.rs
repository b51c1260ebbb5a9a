//! Wheelhouse: a terminal operations console for a small fleet run as a business.
//!
//! The map of the house, from the roof down. A room imports only rooms below it; each is a crate of its own, so that
//! Cargo refuses a wrong import, and `tests/tidy.rs` checks what Cargo cannot see.
//!
//! ```text
//! app          wiring: arguments → configuration → store → engine → link → face → exit code
//! faces/tui    the interactive console      faces/wall  the wall: can only watch      faces/cli  the commands of the shell
//! ui           what the terminal faces share: keys, styles, widgets, the pane trait, the terminal guard
//! link         Watch (the world and its changes) and Command (a wish, a plan, a consent)
//! engine       one loop: events → world → effects; plans, consent, journal around every run
//! sources      everything that observes     actions     everything that changes, one file each
//! store        history, journal, audit (SQLite)
//! drivers      Docker, ssh, processes, probes: nothing above names their clients
//! archive      an upload becomes a release, or is refused whole; sealed backups and which of them stay
//! world        pure: World · Event · Intent · Plan · Run · reduce · query · logs
//! schedule     pure: what is done by itself, and when
//! config       fleet file, settings, keymaps, themes, with line numbers
//! sandbox      the other side of the wire: providers on loopback, with faults; imports nothing, only app starts it
//! vocab, kit   ids, units, time, sanitised text, secrets · helpers without a domain word
//! ```
//!
//! Five words, strictly: an *event* is a fact in the past tense; an *intent* a wish; an *action* a named verb a key can
//! be bound to; a *step* one call of a run; an *effect* what the reducer asks of the engine.
//!
//! What always holds:
//! 1. The world is pure: no clock, no I/O, no randomness; local console, wall, demo and tests share one `World::apply`.
//! 2. Nothing outside can block drawing or another source: every await has a deadline.
//! 3. Every figure knows its source and age; past twice its interval it is drawn as stale; unknown is never green.
//! 4. Everything that changes the outside goes intent → plan → consent → journal → steps → verification, from every face.
//! 5. The wall and read-only sessions hold a `Watch` and no `Command`: they cannot change anything by type.
//! 6. Text from outside becomes displayable only through `vocab::Text` and `vocab::StyledText`, where it enters.
//! 7. Secrets have a type that cannot be printed, cloned or serialised by accident.
//! 8. No closure, sender or future is inside an event or intent: everything can be logged, stored, sent and replayed.

mod app;

use std::process::ExitCode;

use clap::Parser;

fn main() -> ExitCode {
    app::main(cli::Arguments::parse())
}
