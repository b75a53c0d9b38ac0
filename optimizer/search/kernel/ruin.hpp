// What is taken out in one step: strings of neighbouring stops on trips near each other, or whole trips and days.
// Christiaens and Vanden Berghe (2020), "Slack induction by string removals for vehicle routing problems",
// Transportation Science 54(2), section 5.2.
#pragma once

#include <cmath>

#include "random.hpp"
#include "state.hpp"

namespace gongpei {

class Ruin {
public:
    Ruin(State& state, Random& random) : s(state), f(state.f), random_(random), cut_(state.f.vehicles, 0) {}

    // Take out about `mean` stops near a random node; their nodes are appended to `out`.
    void operator()(double mean, std::vector<std::int32_t>& out) {
        const auto m = static_cast<std::int32_t>(random_.below(f.nodes));
        if (s.seat[m].vehicle != NONE && random_.unit() < WHOLE_SHARE) {
            whole(m, out);
            for (Int a = 0; a < f.near_size && random_.unit() < WHOLE_MORE; ++a)
                if (const auto q = f.near[m * f.near_size + a]; s.seat[q].vehicle != NONE) whole(q, out);
        }
        const double longest = std::min(LONGEST_STRING, static_cast<double>(s.stops()) / static_cast<double>(std::max<Int>(1, s.trips())));
        const double most = 1 + random_.unit() * std::max(1.0, 4 * mean / (1 + longest) - 1);
        double done = 0;
        for (Int a = -1; a < f.near_size && done + 1 <= most; ++a) {
            const auto q = a < 0 ? m : f.near[m * f.near_size + a];
            const Int v = s.seat[q].vehicle;
            if (v == NONE || cut_[v]) continue;
            cut_[v] = 1;
            marked_.push_back(v);
            string(q, longest, out);
            ++done;
        }
        for (const Int v : marked_) cut_[v] = 0;
        marked_.clear();
    }

private:
    static constexpr double LONGEST_STRING = 10;  // stops
    static constexpr double SPLIT_SHARE = 0.5;    // how often a string leaves stops in its middle standing
    static constexpr double SPLIT_MORE = 0.01;    // how often the part left standing stops growing
    static constexpr double WHOLE_SHARE = 0.04;   // how often a whole trip or day goes
    static constexpr double WHOLE_MORE = 0.5;     // how often that of a near node goes, too

    State& s;
    const Facts& f;
    Random& random_;
    std::vector<char> cut_;
    std::vector<Int> marked_, stops_;

    void string(std::int32_t q, double longest, std::vector<std::int32_t>& out) {
        const Int v = s.seat[q].vehicle;
        const Int at = list_stops(v, s.seat[q].position);
        const Int count = static_cast<Int>(stops_.size()) - 1;
        const Int size = std::min(count, 1 + random_.below(static_cast<Int>(std::min<double>(count, longest))));
        Int spare = 0;
        if (size > 1 && size < count && random_.unit() < SPLIT_SHARE)
            for (spare = 1; size + spare < count && random_.unit() > SPLIT_MORE;) ++spare;
        const Int low = std::max<Int>(0, at - size - spare + 1), high = std::min(at, count - size - spare);
        const Int first = low + random_.below(high - low + 1);
        const Int keep_from = spare ? first + 1 + random_.below(size) : count;
        for (Int i = first; i < first + size + spare; ++i) {
            if (i >= keep_from && i < keep_from + spare) continue;
            for (Int p = stops_[i]; p < stops_[i + 1]; ++p) s.take(s.days[v].sequence[p], out);
        }
        s.squeeze(v, out);
    }

    // Write where each stop of the trip of position `p` begins, and the end; return the rank of the stop of `p`.
    Int list_stops(Int v, Int p) {
        const auto& sequence = s.days[v].sequence;
        const auto [begin, end] = s.trip_of(v, p);
        stops_.clear();
        Int at = 0;
        for (Int q = begin; q < end; ++q) {
            if (q == begin || f.node[sequence[q]].row != f.node[sequence[q - 1]].row) stops_.push_back(q);
            if (q == p) at = static_cast<Int>(stops_.size()) - 1;
        }
        stops_.push_back(end);
        return at;
    }

    void whole(std::int32_t m, std::vector<std::int32_t>& out) {
        const Int v = s.seat[m].vehicle;
        auto [begin, end] = s.trip_of(v, s.seat[m].position);
        if (random_.unit() < 0.5) begin = 0, end = s.days[v].length();
        for (Int p = begin; p < end; ++p)
            if (s.days[v].sequence[p] != BREAK) s.take(s.days[v].sequence[p], out);
        s.squeeze(v, out);
    }
};

}  // namespace gongpei
