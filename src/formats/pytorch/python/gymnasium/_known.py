"""Observation and action space, most steps of an episode and reward from which it is solved. Made by test/reference/gym_spaces.py."""

from .spaces import Box, Discrete, Tuple

INF = float("inf")

# fmt: off
KNOWN = {
    'CartPole-v0': lambda: (Box([-4.8, -INF, -0.418879, -INF], [4.8, INF, 0.418879, INF], (4,), 'float32'), Discrete(2), 200, 195.0),
    'CartPole-v1': lambda: (Box([-4.8, -INF, -0.418879, -INF], [4.8, INF, 0.418879, INF], (4,), 'float32'), Discrete(2), 500, 475.0),
    'MountainCar-v0': lambda: (Box([-1.2, -0.07], [0.6, 0.07], (2,), 'float32'), Discrete(3), 200, -110.0),
    'MountainCarContinuous-v0': lambda: (Box([-1.2, -0.07], [0.6, 0.07], (2,), 'float32'), Box(-1.0, 1.0, (1,), 'float32'), 999, 90.0),
    'Pendulum-v1': lambda: (Box([-1.0, -1.0, -8.0], [1.0, 1.0, 8.0], (3,), 'float32'), Box(-2.0, 2.0, (1,), 'float32'), 200, None),
    'Acrobot-v1': lambda: (Box([-1.0, -1.0, -1.0, -1.0, -12.566371, -28.274334], [1.0, 1.0, 1.0, 1.0, 12.566371, 28.274334], (6,), 'float32'), Discrete(3), 500, -100.0),
    'LunarLander-v3': lambda: (Box([-2.5, -2.5, -10.0, -10.0, -6.283185, -10.0, -0.0, -0.0], [2.5, 2.5, 10.0, 10.0, 6.283185, 10.0, 1.0, 1.0], (8,), 'float32'), Discrete(4), 1000, 200),
    'LunarLanderContinuous-v3': lambda: (Box([-2.5, -2.5, -10.0, -10.0, -6.283185, -10.0, -0.0, -0.0], [2.5, 2.5, 10.0, 10.0, 6.283185, 10.0, 1.0, 1.0], (8,), 'float32'), Box(-1.0, 1.0, (2,), 'float32'), 1000, 200),
    'BipedalWalker-v3': lambda: (Box([-3.141593, -5.0, -5.0, -5.0, -3.141593, -5.0, -3.141593, -5.0, -0.0, -3.141593, -5.0, -3.141593, -5.0, -0.0, -1.0, -1.0, -1.0, -1.0, -1.0, -1.0, -1.0, -1.0, -1.0, -1.0], [3.141593, 5.0, 5.0, 5.0, 3.141593, 5.0, 3.141593, 5.0, 5.0, 3.141593, 5.0, 3.141593, 5.0, 5.0, 1.0, 1.0, 1.0, 1.0, 1.0, 1.0, 1.0, 1.0, 1.0, 1.0], (24,), 'float32'), Box(-1.0, 1.0, (4,), 'float32'), 1600, 300),
    'BipedalWalkerHardcore-v3': lambda: (Box([-3.141593, -5.0, -5.0, -5.0, -3.141593, -5.0, -3.141593, -5.0, -0.0, -3.141593, -5.0, -3.141593, -5.0, -0.0, -1.0, -1.0, -1.0, -1.0, -1.0, -1.0, -1.0, -1.0, -1.0, -1.0], [3.141593, 5.0, 5.0, 5.0, 3.141593, 5.0, 3.141593, 5.0, 5.0, 3.141593, 5.0, 3.141593, 5.0, 5.0, 1.0, 1.0, 1.0, 1.0, 1.0, 1.0, 1.0, 1.0, 1.0, 1.0], (24,), 'float32'), Box(-1.0, 1.0, (4,), 'float32'), 2000, 300),
    'CarRacing-v3': lambda: (Box(0.0, 255.0, (96, 96, 3), 'uint8'), Box([-1.0, 0.0, 0.0], 1.0, (3,), 'float32'), 1000, 900),
    'Blackjack-v1': lambda: (Tuple([Discrete(32), Discrete(11), Discrete(2)]), Discrete(2), None, None),
    'FrozenLake-v1': lambda: (Discrete(16), Discrete(4), 100, 0.7),
    'FrozenLake8x8-v1': lambda: (Discrete(64), Discrete(4), 200, 0.85),
    'CliffWalking-v1': lambda: (Discrete(48), Discrete(4), None, None),
    'CliffWalkingSlippery-v1': lambda: (Discrete(48), Discrete(4), None, None),
    'Taxi-v4': lambda: (Discrete(500), Discrete(6), 200, 8),
    'Reacher-v4': lambda: (Box(-INF, INF, (11,), 'float64'), Box(-1.0, 1.0, (2,), 'float32'), 50, -3.75),
    'Reacher-v5': lambda: (Box(-INF, INF, (10,), 'float64'), Box(-1.0, 1.0, (2,), 'float32'), 50, -3.75),
    'Pusher-v5': lambda: (Box(-INF, INF, (23,), 'float64'), Box(-2.0, 2.0, (7,), 'float32'), 100, 0.0),
    'InvertedPendulum-v4': lambda: (Box(-INF, INF, (4,), 'float64'), Box(-3.0, 3.0, (1,), 'float32'), 1000, 950.0),
    'InvertedPendulum-v5': lambda: (Box(-INF, INF, (4,), 'float64'), Box(-3.0, 3.0, (1,), 'float32'), 1000, 950.0),
    'InvertedDoublePendulum-v4': lambda: (Box(-INF, INF, (11,), 'float64'), Box(-1.0, 1.0, (1,), 'float32'), 1000, 9100.0),
    'InvertedDoublePendulum-v5': lambda: (Box(-INF, INF, (9,), 'float64'), Box(-1.0, 1.0, (1,), 'float32'), 1000, 9100.0),
    'HalfCheetah-v4': lambda: (Box(-INF, INF, (17,), 'float64'), Box(-1.0, 1.0, (6,), 'float32'), 1000, 4800.0),
    'HalfCheetah-v5': lambda: (Box(-INF, INF, (17,), 'float64'), Box(-1.0, 1.0, (6,), 'float32'), 1000, 4800.0),
    'Hopper-v4': lambda: (Box(-INF, INF, (11,), 'float64'), Box(-1.0, 1.0, (3,), 'float32'), 1000, 3800.0),
    'Hopper-v5': lambda: (Box(-INF, INF, (11,), 'float64'), Box(-1.0, 1.0, (3,), 'float32'), 1000, 3800.0),
    'Swimmer-v4': lambda: (Box(-INF, INF, (8,), 'float64'), Box(-1.0, 1.0, (2,), 'float32'), 1000, 360.0),
    'Swimmer-v5': lambda: (Box(-INF, INF, (8,), 'float64'), Box(-1.0, 1.0, (2,), 'float32'), 1000, 360.0),
    'Walker2d-v4': lambda: (Box(-INF, INF, (17,), 'float64'), Box(-1.0, 1.0, (6,), 'float32'), 1000, None),
    'Walker2d-v5': lambda: (Box(-INF, INF, (17,), 'float64'), Box(-1.0, 1.0, (6,), 'float32'), 1000, None),
    'Ant-v4': lambda: (Box(-INF, INF, (27,), 'float64'), Box(-1.0, 1.0, (8,), 'float32'), 1000, 6000.0),
    'Ant-v5': lambda: (Box(-INF, INF, (105,), 'float64'), Box(-1.0, 1.0, (8,), 'float32'), 1000, 6000.0),
    'Humanoid-v4': lambda: (Box(-INF, INF, (376,), 'float64'), Box(-0.4, 0.4, (17,), 'float32'), 1000, None),
    'Humanoid-v5': lambda: (Box(-INF, INF, (348,), 'float64'), Box(-0.4, 0.4, (17,), 'float32'), 1000, None),
    'HumanoidStandup-v4': lambda: (Box(-INF, INF, (376,), 'float64'), Box(-0.4, 0.4, (17,), 'float32'), 1000, None),
    'HumanoidStandup-v5': lambda: (Box(-INF, INF, (348,), 'float64'), Box(-0.4, 0.4, (17,), 'float32'), 1000, None),
}
