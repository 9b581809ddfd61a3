#pragma once

#include <tocsin/db/transaction.hpp>
#include <tocsin/notify/channel.hpp>
#include <tocsin/notify/page_rules.hpp>
#include <tocsin/oncall/alarms.hpp>

#include <chrono>
#include <cstdint>
#include <string>
#include <vector>

namespace tocsin::notify {

struct new_page {
    page_id id;
    organization_id organization;
    std::int64_t incident = 0;
    int run = 1;
    oncall::position at;
    user_id user;
    method_id method;
    oncall::urgency urgency = oncall::urgency::high;
    std::string reason;
};

/// The methods of a person, those with a device first.
std::vector<method> read_methods(db::transaction& tx, user_id user);
/// A page that exists already stays as it is.
void insert_pages(db::transaction& tx, std::vector<new_page> const& pages);

/// A page that this process may send until its lease ends.
struct leased_page {
    outgoing_page content;
    method_kind kind = method_kind::mail;
    byte_string address_sealed;  ///< empty: `content.address` is that of the account
    user_id user;
    method_id method;
    uuid attempt;
    std::int64_t fence = 0;
    int tries = 1;          ///< this one included
    bool is_wanted = true;  ///< the alarm runs, or has ended without an answer, and the person is a member
    bool is_expired = false;
    /// From the change of the incident, or from when a later step was due, until this claim.
    std::chrono::milliseconds delay{0};
};

struct page_lease {
    uuid owner;
    std::chrono::milliseconds length;
};

/// Leases the pages that are due, and those whose lease has ended: their attempt becomes `unknown`.
std::vector<leased_page> claim_pages(db::transaction& tx, page_lease const& lease, int limit);
/// Before the call. `nonce_hash` is of the secret in its link.
void insert_attempt(db::transaction& tx, leased_page const& page, byte_view nonce_hash);

/// What a page is after a call, or without one.
struct page_result {
    page_state state = page_state::accepted;
    std::string reason = {};
    std::chrono::milliseconds retry_after{0};  ///< of a page that is due again
};
/// False if the lease has been lost: then nothing is written.
bool finish_page(db::transaction& tx, leased_page const& page, page_result const& result);
void finish_attempt(db::transaction& tx, leased_page const& page, send_result const& result);

/// Notifies consoles of changed pages.
void notify_pages(db::transaction& tx, organization_id org, std::int64_t incident);

/// How late the oldest running alarm and the oldest page are.
std::chrono::milliseconds overdue(db::transaction& tx);

}  // namespace tocsin::notify
