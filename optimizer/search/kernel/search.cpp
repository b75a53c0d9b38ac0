// The C door of the search, for optimizer/search/native.py.
#include <cstring>
#include <memory>

#include "walk.hpp"

using namespace gongpei;

namespace {

struct Search {
    Facts facts;
    Walk walk;

    explicit Search(const Facts& given) : facts(given), walk(facts) {}
};

}  // namespace

extern "C" {

// `facts` is copied, the arrays it points to are not: the caller keeps them until gongpei_close.
Search* gongpei_open(const Facts* facts) { return new Search(*facts); }

void gongpei_close(Search* search) { delete search; }

// Stand with nothing carried.
void gongpei_clear(Search* search) {
    State& state = search->walk.state;
    state.begin();
    for (Int v = 0; v < search->facts.vehicles; ++v) state.put(v, {});
    std::fill(state.seat.begin(), state.seat.end(), Seat{});
    std::fill(state.shelved.begin(), state.shelved.end(), 0);
    state.begin();
    search->walk.start();
}

// Give vehicle `v` a day, loaded at these moments or, where that cannot be, at others; 0 when it breaks a rule.
int gongpei_put(Search* search, Int v, const std::int32_t* sequence, Int n, const Int* loading) {
    State& state = search->walk.state;
    const std::vector<std::int32_t> day(sequence, sequence + n);
    const bool is_done = state.put(v, day, loading) || state.put(v, day);
    if (is_done)
        for (Int p = 0; p < n; ++p)
            if (sequence[p] != BREAK && !search->facts.node[sequence[p]].is_drop) state.shelve(sequence[p], 1);
    state.begin();
    search->walk.start();
    return is_done;
}

// Cost in fen of a day of vehicle `v` beside the days of the others, IMPOSSIBLE when it breaks a rule.
Int gongpei_weigh(Search* search, Int v, const std::int32_t* sequence, Int n) {
    return search->walk.state.weigh(v, std::vector<std::int32_t>(sequence, sequence + n));
}

// Returns the cost of the best day met since the last gongpei_clear or gongpei_put.
Int gongpei_walk(Search* search, std::uint64_t seed, Int steps, double hot, double cold, double mean_stops,
                 double pull) {
    search->walk.run(seed, steps, {hot, cold, mean_stops, pull});
    return search->walk.best_cost;
}

Int gongpei_now(const Search* search) { return search->walk.now(); }

// Nodes and breaks of vehicle `v` on the best day, and the starts of its loadings; returns the length.
Int gongpei_best(const Search* search, Int v, std::int32_t* sequence, Int* loading) {
    const VehicleDay& own = search->walk.best[v];
    std::copy(own.sequence.begin(), own.sequence.end(), sequence);
    std::copy(own.loading.begin(), own.loading.end(), loading);
    return own.length();
}

}  // extern "C"
