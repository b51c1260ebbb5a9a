//! The fault matrix: everything that can go wrong at the providers of a site, at every step or call where it can, on the
//! real planner, journal, saga and clients over HTTP. After each the sandbox's inventory is asked: nothing left behind,
//! nothing twice, nothing of a stranger touched.
//!
//! | fault | shown by |
//! |---|---|
//! | F01 killed at each of the six points of each step of a deploy | the kill campaign, `a_kill_at_every_point_leaves_nothing_behind` |
//! | F02 killed at each point of each undo, at all levels | the same |
//! | F03 killed while it recovers, again and again | the kill campaign, `kills_by_chance_leave_nothing_behind` |
//! | F04 power lost after any commit of the journal | the store, `what_was_acknowledged_outlives_the_power` |
//! | F05 told to end in the middle of a step | [`endings`] |
//! | F06 every step done twice, every undo done twice | [`repeats`] |
//! | F07 a step refused for good | [`refusals`] |
//! | F08 an undo refused for good | [`refusals`]; what an operator decides then, [`ways_out`] |
//! | F09 an object deleted by hand in the middle | [`by_hand`] |
//! | F10 cancelled while something is being made | [`endings`] |
//! | F11 the console's own code fails in a step | [`panics`] |
//! | F12 the journal's own commit unknown | left out: that is PostgreSQL's, and the journal is SQLite alone |
//! | F13 an old copy of the journal restored | [`strangers`] |
//! | F14 two installations in one project | [`strangers`] |
//! | F15 429, with and without `Retry-After` | [`limits`] |
//! | F16 5xx, and it was done | [`answers`] |
//! | F17 5xx, and it was not done | [`answers`] |
//! | F18 no answer, and it is done later | [`answers`] |
//! | F19 an answer doubled, cut, of another type, far too long, a web page | [`answers`], and the clients' own `every_call_bears_every_answer` |
//! | F20 lists that lag behind | [`answers`] |
//! | F21 the name is taken | [`strangers`] |
//! | all of it on a server that becomes another type: it is never left off, nor half changed | [`growth`] |
//! | F28 two operators at one site at once | [`races`] |

#![expect(
    clippy::unwrap_used,
    clippy::panic,
    reason = "helpers of tests fail like the tests themselves, and say what they measured"
)]

mod answers;
mod bent;
mod by_hand;
mod endings;
mod growth;
mod limits;
mod panics;
mod races;
mod refusals;
mod repeats;
mod scene;
mod strangers;
mod ways_out;
