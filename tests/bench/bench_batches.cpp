// Two writers write batches of webhooks that were decoded before. Prints the number and the rate as JSON: the
// rate of PostgreSQL without HTTP, signatures, and parsing.
//
//   bench_batches DATABASE_URL SENTRY_HOST SECONDS BATCH ORGANIZATIONS KNOWN SEED
#include "ingest/batch.hpp"
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

/// Prepared webhooks per second; more than two writers can write.
constexpr double prepared_per_second = 25'000;

struct batch {
    std::vector<std::unique_ptr<prepared_delivery>> all;
    std::vector<prepared_delivery const*> pointers;
};
using lane = std::vector<std::shared_ptr<batch>>;

/// Each installation has one writer, as in the service.
std::array<lane, 2> prepare_batches(char** arguments) {
    auto const size = static_cast<std::size_t>(std::atoi(arguments[4]));
    bench::webhook_bodies bodies(
        {.organizations = static_cast<unsigned>(std::atoi(arguments[5])),
         .known = static_cast<unsigned>(std::atoi(arguments[6])),
         .seed = std::strtoull(arguments[7], nullptr, 10)}
    );
    std::array<lane, 2> lanes;
    for (double remaining = prepared_per_second * std::atoi(arguments[3]); remaining > 0; --remaining) {
        verified_delivery delivery;
        bodies.write_next(delivery.body);
        auto webhook = sentry::decode_webhook(delivery.body, "issue");
        if (!webhook) throw std::runtime_error("cannot decode a body");
        delivery.webhook = std::move(*webhook);
        delivery.sentry_host = arguments[2];
        delivery.signing_key = "current";
        delivery.request_id = "0123456789abcdef0123456789abcdef";
        auto& lane = lanes[delivery.webhook.installation.bytes()[15] & 1];
        if (lane.empty() || lane.back()->all.size() == size) lane.push_back(std::make_shared<batch>());
        auto const id = delivery_id{crypto::uuid_v7(system_clock().now())};
        lane.back()->all.push_back(std::make_unique<prepared_delivery>(std::move(delivery), id));
        lane.back()->pointers.push_back(lane.back()->all.back().get());
    }
    return lanes;
}

async::task<> write(db::pool& pool, lane const& batches, steady::time_point until, std::size_t& written) {
    for (auto const& batch : batches) {
        if (steady::now() > until) co_return;
        co_await pool.transact(db::no_tenant, [batch](db::transaction& tx) {
            write_batch(tx, batch->pointers, rule_settings{}, concurrency::optimistic);
        });
        written += batch->pointers.size();
    }
    throw std::runtime_error("not enough webhooks were prepared");
}

async::task<> write_both(
    db::pool& pool, std::array<lane, 2> const& lanes, steady::time_point until, std::size_t& written
) {
    async::task_group writers(co_await boost::asio::this_coro::executor);
    std::exception_ptr failed;
    writers.on_error([&failed](std::exception_ptr error) { failed = std::move(error); });
    for (auto const& lane : lanes) writers.spawn(write(pool, lane, until, written));
    co_await writers.wait_all(std::chrono::minutes(5));
    if (failed) std::rethrow_exception(failed);
}

}  // namespace

int main(int count, char** arguments) {
    if (count != 8) {
        std::fputs(
            "usage: bench_batches DATABASE_URL SENTRY_HOST SECONDS BATCH ORGANIZATIONS KNOWN SEED\n", stderr
        );
        return 2;
    }
    try {
        auto const lanes = prepare_batches(arguments);
        db::pool pool(
            {.name = "bench", .url = secret(arguments[1]), .role = "tocsin_ingest", .connections = 2}
        );
        std::size_t written = 0;
        auto const began = steady::now();
        async::run_to_end(
            write_both(pool, lanes, began + std::chrono::seconds(std::atoi(arguments[3])), written)
        );
        double const seconds = std::chrono::duration<double>(steady::now() - began).count();
        std::printf(
            R"({"accepted":%zu,"rate":%.1f})"
            "\n",
            written,
            static_cast<double>(written) / seconds
        );
    } catch (std::exception const& failed) {
        std::fprintf(stderr, "bench_batches: %s\n", failed.what());
        return 1;
    }
}
