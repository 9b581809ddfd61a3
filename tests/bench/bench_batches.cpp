// Writes batches of webhooks that have been decoded before the clock starts, by two writers, and prints how
// many it wrote as JSON: what PostgreSQL takes where nobody speaks HTTP, checks signatures or parses.
//
//   bench_batches DATABASE_URL SENTRY_HOST SECONDS BATCH ORGANIZATIONS KNOWN SEED
#include "ingest_batch.hpp"
#include "webhook_bodies.hpp"

#include <tocsin/async/io.hpp>
#include <tocsin/base/time.hpp>
#include <tocsin/crypto/random.hpp>
#include <tocsin/db/pool.hpp>
#include <tocsin/sentry/webhook.hpp>

#include <array>
#include <chrono>
#include <cstdio>
#include <cstdlib>
#include <exception>
#include <memory>
#include <stdexcept>
#include <string>
#include <utility>
#include <vector>

using namespace tocsin;
using namespace tocsin::incidents;

namespace {

using steady = std::chrono::steady_clock;

/// More than two writers write a second.
constexpr double made_a_second = 25'000;

struct batch {
    std::vector<std::unique_ptr<batched_delivery>> all;
    std::vector<batched_delivery const*> pointers;
};
using lane = std::vector<std::shared_ptr<batch>>;

/// Installations keep to one writer, as they do in the service.
std::array<lane, 2> make(char** given) {
    auto const size = static_cast<std::size_t>(std::atoi(given[4]));
    bench::webhook_bodies bodies(
        {.organizations = static_cast<unsigned>(std::atoi(given[5])),
         .known = static_cast<unsigned>(std::atoi(given[6])),
         .seed = std::strtoull(given[7], nullptr, 10)}
    );
    std::array<lane, 2> lanes;
    for (double left = made_a_second * std::atoi(given[3]); left > 0; --left) {
        arrival one;
        bodies.write_next(one.body);
        auto hook = sentry::decode_webhook(one.body, "issue");
        if (!hook) throw std::runtime_error("a body that cannot be read");
        one.hook = std::move(*hook);
        one.sentry_host = given[2];
        one.signing_key = "current";
        one.request_id = "0123456789abcdef0123456789abcdef";
        auto& mine = lanes[one.hook.installation.bytes()[15] & 1];
        if (mine.empty() || mine.back()->all.size() == size) mine.push_back(std::make_shared<batch>());
        auto const id = delivery_id{crypto::uuid_v7(system_clock().now())};
        mine.back()->all.push_back(std::make_unique<batched_delivery>(std::move(one), id));
        mine.back()->pointers.push_back(mine.back()->all.back().get());
    }
    return lanes;
}

async::task<> write(db::pool& to, lane const& batches, steady::time_point until, std::size_t& written) {
    for (auto const& each : batches) {
        if (steady::now() > until) co_return;
        co_await to.transact(db::no_tenant, [each](db::transaction& tx) {
            write_batch(tx, each->pointers, rule_settings{}, guarded::by_versions);
        });
        written += each->pointers.size();
    }
    throw std::runtime_error("not enough webhooks were made");
}

async::task<> write_both(
    db::pool& to, std::array<lane, 2> const& lanes, steady::time_point until, std::size_t& written
) {
    async::task_group writers(co_await boost::asio::this_coro::executor);
    std::exception_ptr failed;
    writers.on_error([&failed](std::exception_ptr why) { failed = std::move(why); });
    for (auto const& one : lanes) writers.spawn(write(to, one, until, written));
    co_await writers.wait_all(std::chrono::minutes(5));
    if (failed) std::rethrow_exception(failed);
}

}  // namespace

int main(int count, char** given) {
    if (count != 8) {
        std::fputs(
            "usage: bench_batches DATABASE_URL SENTRY_HOST SECONDS BATCH ORGANIZATIONS KNOWN SEED\n", stderr
        );
        return 2;
    }
    try {
        auto const lanes = make(given);
        db::pool pool({.name = "bench", .url = secret(given[1]), .role = "tocsin_ingest", .connections = 2});
        std::size_t written = 0;
        auto const began = steady::now();
        async::run_to_end(write_both(pool, lanes, began + std::chrono::seconds(std::atoi(given[3])), written)
        );
        double const took = std::chrono::duration<double>(steady::now() - began).count();
        std::printf(
            R"({"accepted":%zu,"rate":%.1f})"
            "\n",
            written,
            static_cast<double>(written) / took
        );
    } catch (std::exception const& failed) {
        std::fprintf(stderr, "bench_batches: %s\n", failed.what());
        return 1;
    }
}
