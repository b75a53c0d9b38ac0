// The C door of the periodic search, for optimizer/periodic/native.py.
#include "search.hpp"

using namespace gongpei;

extern "C" {

// `facts` is copied, the arrays it points to are not: the caller keeps them until periodic_close.
void* periodic_open(const PeriodicFacts* facts, std::uint64_t seed) { return new PeriodicSearch(*facts, seed); }

void periodic_close(void* search) { delete static_cast<PeriodicSearch*>(search); }

// Give a vehicle its day: customers in driving order and the option that each takes.
void periodic_put(void* search, Int day, Int vehicle, const Int* customers, const Int* options, Int count) {
    static_cast<PeriodicSearch*>(search)->put(day, vehicle, customers, options, count);
}

// Say which pattern each place has, after all days are put; the depot's is not looked at.
void periodic_choose(void* search, const Int* patterns) { static_cast<PeriodicSearch*>(search)->choose(patterns); }

// Anneal for so many steps; returns the least cost within all limits, -1 where none was met.
Int periodic_run(void* search, Int steps, double hot, double cold, double mean_taken, double share_one_day) {
    auto* own = static_cast<PeriodicSearch*>(search);
    own->run(steps, {hot, cold, mean_taken, share_one_day});
    return own->best_cost;
}

// The best plan: pattern by place, then customers route by route with `sizes`, days first.
void periodic_best(const void* search, Int* patterns, Int* sizes, Int* customers) {
    const auto* own = static_cast<const PeriodicSearch*>(search);
    std::copy(own->best_pattern.begin(), own->best_pattern.end(), patterns);
    for (const auto& stops : own->best_stops) {
        *sizes++ = static_cast<Int>(stops.size());
        customers = std::copy(stops.begin(), stops.end(), customers);
    }
}

}  // extern "C"
