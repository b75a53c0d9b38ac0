// The loop: take out, put back, keep or undo, by simulated annealing.
#pragma once

#include <cmath>
#include <numeric>

#include "insert.hpp"
#include "moves.hpp"
#include "ruin.hpp"

namespace gongpei {

struct Heat {
    double hot, cold;   // fen, at the first step and at the last
    double mean_stops;  // taken out in one step
    double pull;        // weight of full days beside empty ones, see VehicleDay::pull
};

class Walk {
public:
    State state;
    std::vector<std::int32_t> missing;   // nodes left behind
    std::vector<VehicleDay> best;
    Int best_cost = UNKNOWN;

    explicit Walk(const Facts& facts)
        : state(facts), f(facts), random_(0), inserter_(state, random_), ruin_(state, random_), moves_(state, random_) {}

    // Stand where `state` was put by the caller; what it does not carry is missing.
    void start() {
        missing.clear();
        for (std::int32_t m = 0; m < f.nodes; ++m)
            if (state.seat[m].vehicle == NONE && !f.node[m].is_drop && !is_second(m)) missing.push_back(m);
        best_cost = UNKNOWN;
        best.resize(f.vehicles);
        new_.resize(f.vehicles);
        std::iota(new_.begin(), new_.end(), 0);
        is_new_.assign(f.vehicles, 1);
    }

    Int now() const { return state.cost() + worth(missing); }

    // Do so many steps; the best day met since `start` is in `best`.
    void run(std::uint64_t seed, Int steps, const Heat& heat) {
        random_ = Random(seed);
        double current = static_cast<double>(now()) - heat.pull * state.pull();
        for (Int step = 0; step < steps; ++step) {
            const double temperature = heat.hot * std::pow(heat.cold / heat.hot, static_cast<double>(step) / static_cast<double>(steps));
            state.begin();
            inserter_.begin_step();
            out_.clear();
            if (!change(heat.mean_stops)) {
                state.undo();
                continue;
            }
            recreate();
            const Int cost = state.cost() + worth(out_);
            const double then = static_cast<double>(cost) - heat.pull * state.pull();
            if (then >= current - temperature * std::log(1 - random_.unit())) {
                state.undo();
                continue;
            }
            current = then;
            missing.swap(out_);
            for (const Int v : state.touched()) {
                if (!is_new_[v]) new_.push_back(v);
                is_new_[v] = 1;
            }
            if (cost < best_cost) remember(cost);
        }
    }

private:
    static constexpr std::size_t TRIED_AGAIN = 10;  // nodes left behind earlier that are tried in one step
    static constexpr double TRIP_MOVES = 0.03;      // share of steps that move a whole trip to another vehicle
    static constexpr double DAY_MOVES = 0.02;       // share of steps that swap whole days

    const Facts& f;
    Random random_;
    Inserter inserter_;
    Ruin ruin_;
    Moves moves_;
    std::vector<std::int32_t> out_, turn_;
    std::vector<std::pair<double, std::int32_t>> order_;

    std::vector<Int> new_;       // vehicles whose days may differ from the best
    std::vector<char> is_new_;

    // Tell whether the goods are on the road, or missing, as another node.
    bool is_second(std::int32_t m) const {
        const Int rival = f.node[m].rival;
        return rival != NONE && (rival < m || state.seat[rival].vehicle != NONE);
    }

    void remember(Int cost) {
        best_cost = cost;
        for (const Int v : new_) best[v] = state.days[v], is_new_[v] = 0;
        new_.clear();
    }

    Int worth(const std::vector<std::int32_t>& nodes) const {
        return std::accumulate(nodes.begin(), nodes.end(), Int{0}, [&](Int sum, auto m) { return sum + f.node[m].worth; });
    }

    bool change(double mean_stops) {
        const double kind = random_.unit();
        if (kind < TRIP_MOVES) return moves_.move_trip();
        if (kind < TRIP_MOVES + DAY_MOVES) return moves_.swap_days();
        ruin_(mean_stops, out_);
        return true;
    }

    // Put back what was taken out and some of what is missing; what stays out is then in out_.
    void recreate() {
        const std::size_t again = std::min(missing.size(), TRIED_AGAIN);
        turn_ = missing;
        for (std::size_t i = 0; i < again; ++i)
            std::swap(turn_[i], turn_[i + static_cast<std::size_t>(random_.below(static_cast<Int>(turn_.size() - i)))]);
        out_.insert(out_.end(), turn_.begin(), turn_.begin() + static_cast<std::ptrdiff_t>(again));
        sort_out();
        out_.assign(turn_.begin() + static_cast<std::ptrdiff_t>(again), turn_.end());
        for (const auto& [key, m] : order_)
            if (!inserter_.insert(m)) out_.push_back(m);
    }

    // The order of putting back: at random, by load, far or near first, narrow windows first.
    void sort_out() {
        const double kind = random_.unit();
        order_.clear();
        for (const auto m : out_) order_.emplace_back(key_of(m, kind), m);
        std::sort(order_.begin(), order_.end());
    }

    double key_of(std::int32_t m, double kind) {
        const Node& node = f.node[m];
        if (kind < 0.35) return random_.unit();
        if (kind < 0.60) {
            double load = 0;
            for (Int d = 0; d < f.dimensions; ++d)
                load += static_cast<double>(std::max(f.loaded(m, d), f.loaded(m, d) + f.change(m, d))) /
                        static_cast<double>(std::max<Int>(1, f.room[d]));
            return -load;
        }
        if (kind < 0.85) {
            const double far = f.leg(f.kind[0], f.kind[0].depot_row, node.row).seconds;
            return kind < 0.78 ? -far : far;
        }
        Int width = 0;
        for (Int w = node.window_from; w < node.window_to; ++w) width += f.window[w].late - f.window[w].early;
        return static_cast<double>(width - node.ready);
    }
};

}  // namespace gongpei
