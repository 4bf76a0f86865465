import assert from 'node:assert/strict';
import type { Camera } from '../../../media/panel/graph/camera';
import { Gestures } from '../../../media/panel/graph/gestures';
import { groupNames } from '../../../media/panel/graph/groupNames';
import type { Placement } from '../../../media/panel/graph/layout';
import type { Box } from '../../../media/panel/graph/visible';

const box = () => ({ left: 100, top: 50 }) as DOMRect;

function hand() {
  const state = { camera: { x: 0, y: 0, k: 1 } as Camera, picked: 0 };
  const gestures = new Gestures({
    get camera() {
      return state.camera;
    },
    moveTo(camera) {
      state.camera = camera;
    },
    pick() {
      state.picked++;
    },
    dragging() {},
  });
  const event = (pointerId: number, clientX: number, clientY: number) =>
    ({
      pointerId,
      clientX,
      clientY,
      button: 0,
      currentTarget: { setPointerCapture() {} },
      target: { closest: () => null },
    }) as unknown as PointerEvent;
  return { state, gestures, event };
}

describe('gestures on a graph', () => {
  it('picks by a click, drags, and pinches with two fingers about their middle', () => {
    const { state, gestures, event } = hand();
    gestures.down(event(1, 200, 150), box);
    gestures.up(event(1, 201, 150));
    assert.equal(state.picked, 1);
    gestures.down(event(1, 200, 150), box);
    gestures.move(event(1, 230, 140));
    assert.deepEqual(state.camera, { x: 30, y: -10, k: 1 });
    gestures.up(event(1, 230, 140));

    state.camera = { x: 0, y: 0, k: 1 };
    gestures.down(event(1, 200, 150), box);
    gestures.down(event(2, 300, 150), box);
    gestures.move(event(2, 400, 150));
    // Twice as far apart; what lay between them, 150 from the left edge, has gone with their middle.
    assert.equal(state.camera.k, 2);
    assert.equal(150 * 2 + state.camera.x, 200);
    gestures.up(event(2, 400, 150));
    gestures.move(event(1, 500, 500));
    gestures.up(event(1, 500, 500));
    assert.equal(state.picked, 1, 'a finger that stays picks nothing');
    assert.equal(state.camera.k, 2, 'nor does it move anything');
  });
});

describe('names of groups in a small drawing', () => {
  const named = (id: string) => ({ id, item: { name: id } }) as unknown as Box;
  const placement = {
    boxes: new Map([
      ['inner', { x: 100, y: 130, width: 190, height: 240 }],
      ['stage1', { x: 100, y: 150, width: 200, height: 300 }],
      ['tiny', { x: 500, y: 100, width: 20, height: 20 }],
      ['apart', { x: 100, y: 600, width: 200, height: 300 }],
    ]),
  } as unknown as Placement;
  const at = (k: number) =>
    groupNames(
      ['inner', 'stage1', 'tiny', 'apart'].map(named),
      placement,
      k,
      text => 6 * text.length,
      (text, width) =>
        6 * text.length <= width ? text : `${text.slice(0, Math.max(0, Math.floor(width / 6) - 1))}…`,
    );

  it('are the outer ones where there is no room for both, within their frames', () => {
    assert.deepEqual(
      at(0.3)
        .map(n => n.id)
        .sort(),
      ['apart', 'stage1'],
    );
    assert.deepEqual(
      at(3)
        .map(n => n.id)
        .sort(),
      ['apart', 'inner', 'stage1', 'tiny'].sort(),
    );
    const [stage] = at(0.3).filter(n => n.id === 'stage1');
    assert.ok(stage && stage.x > 0 && stage.y > 0 && stage.y < 300);
  });

  it('are left out where a frame is too narrow for them', () => {
    assert.deepEqual(at(0.05), []);
  });
});
