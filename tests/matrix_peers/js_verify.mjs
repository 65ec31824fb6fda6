// SPDX-License-Identifier: MIT
// Verification by emoji: follows each request and tells its phases, its emoji and its end.
import { VerificationPhase, VerificationRequestEvent, VerifierEvent } from "matrix-js-sdk/lib/crypto-api/index.js";

export class Verifications {
  #flows = new Map();
  #tell;

  constructor(tell) {
    this.#tell = tell;
  }

  follow(request) {
    const flow = request.transactionId;
    if (this.#flows.has(flow)) return flow;
    const state = { request, verifier: null, sas: null, phase: null };
    this.#flows.set(flow, state);
    const look = () => {
      if (request.verifier && state.verifier !== request.verifier) this.#watch(flow, state, request.verifier);
      if (request.phase === state.phase) return;
      state.phase = request.phase;
      this.#tell("verification", {
        flow,
        phase: VerificationPhase[request.phase].toLowerCase(),
        user: request.otherUserId,
        device: request.otherDeviceId ?? null,
        room: request.roomId ?? null,
        mine: request.initiatedByMe,
        sas: request.phase >= VerificationPhase.Ready && request.otherPartySupportsMethod("m.sas.v1"),
        code: request.cancellationCode,
      });
    };
    request.on(VerificationRequestEvent.Change, look);
    look();
    return flow;
  }

  #watch(flow, state, verifier) {
    state.verifier = verifier;
    const show = (sas) => {
      state.sas = sas;
      this.#tell("sas", { flow, emoji: sas.sas.emoji, decimal: sas.sas.decimal });
    };
    verifier.on(VerifierEvent.ShowSas, show);
    const shown = verifier.getShowSasCallbacks();
    if (shown) show(shown);
    verifier.verify().catch((error) => this.#tell("verification_failed", { flow, error: String(error) }));
  }

  #find(flow) {
    const state = this.#flows.get(flow);
    if (!state) throw new Error("no verification " + flow);
    return state;
  }

  accept = ({ flow }) => this.#find(flow).request.accept();
  start = async ({ flow }) => void (await this.#find(flow).request.startVerification("m.sas.v1"));
  cancel = ({ flow, code }) => this.#find(flow).request.cancel(code ? { code } : undefined);

  #shown(flow) {
    const { sas } = this.#find(flow);
    if (!sas) throw new Error("no emoji were shown yet");
    return sas;
  }

  confirm = ({ flow }) => this.#shown(flow).confirm();
  mismatch = ({ flow }) => this.#shown(flow).mismatch();
}
