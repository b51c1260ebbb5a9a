//! From the bytes of a question to the bytes of an answer.

use hickory_proto::op::{Edns, Message, MessageType, OpCode, ResponseCode};

use super::Answer;

/// Bytes of an answer to who does not say that it takes more (RFC 1035, section 4.2.1).
const PLAIN: u16 = 512;

/// Bytes of an answer over UDP to who says that it takes more; larger ones would be cut into pieces on the way.
pub const LARGE: u16 = 1_232;

/// The answer to a message, at most `room` bytes long. None for what is no question: it gets no answer.
pub fn answer(bytes: &[u8], room: u16, answer: impl Fn(&str, u16) -> Answer) -> Option<Vec<u8>> {
    let asked = Message::from_vec(bytes).ok()?;
    if asked.metadata.message_type != MessageType::Query {
        return None;
    }
    let mut reply = Message::response(asked.metadata.id, asked.metadata.op_code);
    reply.metadata.recursion_desired = asked.metadata.recursion_desired;
    reply.add_queries(asked.queries.iter().cloned());
    if asked.edns.is_some() {
        let mut edns = Edns::new();
        edns.set_max_payload(LARGE);
        reply.set_edns(edns);
    }
    match (asked.metadata.op_code, asked.queries.as_slice()) {
        (OpCode::Query, [question]) => {
            let found = answer(
                &question.name().to_ascii(),
                u16::from(question.query_type()),
            );
            reply.metadata.response_code = found.code;
            reply.metadata.authoritative = found.code != ResponseCode::Refused;
            reply.add_answers(found.answers);
            reply.add_authorities(found.authority);
        }
        (OpCode::Query, _) => reply.metadata.response_code = ResponseCode::FormErr,
        _ => reply.metadata.response_code = ResponseCode::NotImp,
    }
    let room = match (&asked.edns, room) {
        (_, u16::MAX) => usize::from(room),
        (Some(edns), _) => usize::from(edns.max_payload().clamp(PLAIN, room)),
        (None, _) => usize::from(PLAIN),
    };
    let whole = reply.to_vec().ok()?;
    if whole.len() <= room {
        return Some(whole);
    }
    // What does not fit is asked for again over TCP.
    reply.truncate().to_vec().ok()
}
