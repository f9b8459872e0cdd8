/*
 * A treatment delivery device on dcmjs-dimse: it shares no code with the workbench.
 *
 *   node device.js HOST PORT CALLED-AE CALLING-AE LISTEN-PORT
 *
 * Every line on standard input is a request as JSON, every line on standard output its answer: statuses as they were heard, in hexadecimal.
 * One association a request, but for `storeMany`. What C-MOVE brings arrives at the storage provider on LISTEN-PORT.
 */
'use strict';

const readline = require('node:readline');
const { Client, Dataset, Scp, Server, constants, log, requests, responses } = require('dcmjs-dimse');
const { treatmentRecord, setupImage } = require('./objects');

const { PresentationContextResult, Status, TransferSyntax } = constants;
const [host, port, called, calling, listenPort] = process.argv.slice(2);

// The library has neither dialect's Push, Pull nor delivery instruction among its constants.
const DIALECTS = {
  trial: { push: '1.2.840.10008.5.1.4.34.4.1', pull: '1.2.840.10008.5.1.4.34.4.3' },
  final: { push: '1.2.840.10008.5.1.4.34.6.1', pull: '1.2.840.10008.5.1.4.34.6.3' },
};
const SYNTAXES = [TransferSyntax.ImplicitVRLittleEndian, TransferSyntax.ExplicitVRLittleEndian];
const STATE_ACTION = 1;
const received = new Map();

class Receiver extends Scp {
  associationRequested(asked) {
    for (const { id } of asked.getPresentationContexts()) {
      const context = asked.getPresentationContext(id);
      const syntax = SYNTAXES.find((one) => context.getTransferSyntaxUids().includes(one));
      if (syntax) context.setResult(PresentationContextResult.Accept, syntax);
      else context.setResult(PresentationContextResult.RejectTransferSyntaxesNotSupported);
    }
    this.sendAssociationAccept();
  }

  cEchoRequest(request, answer) {
    const response = responses.CEchoResponse.fromRequest(request);
    response.setStatus(Status.Success);
    answer(response);
  }

  cStoreRequest(request, answer) {
    received.set(request.getAffectedSopInstanceUid(), {
      sopClass: request.getAffectedSopClassUid(),
      elements: request.getDataset().getElements(),
    });
    const response = responses.CStoreResponse.fromRequest(request);
    response.setStatus(Status.Success);
    answer(response);
  }

  associationReleaseRequested() {
    this.sendAssociationReleaseResponse();
  }
}

function hexadecimal(status) {
  return status.toString(16).toUpperCase().padStart(4, '0');
}

/** Send requests on one association; all their responses, request by request. */
function send(asked, heard = () => {}) {
  return new Promise((resolve, reject) => {
    const client = new Client();
    const answers = asked.map(() => []);
    asked.forEach((request, index) => {
      request.on('response', (response) => {
        answers[index].push(response);
        heard(response);
      });
      client.addRequest(request);
    });
    client.on('networkError', reject);
    client.on('associationRejected', () => reject(new Error('association rejected')));
    client.on('closed', () => resolve(answers));
    client.send(host, Number(port), calling, called, { associationLingerTimeout: 0 });
  });
}

async function ask(request) {
  const [answers] = await send([request]);
  const last = answers.at(-1);
  if (!last) throw new Error('no answer');
  return { answers, status: hexadecimal(last.getStatus()), comment: last.getErrorComment() || '' };
}

const commands = {
  async echo() {
    const { status } = await ask(new requests.CEchoRequest());
    return { status };
  },

  async find({ keys, dialect }) {
    const request = new requests.CFindRequest();
    request.setAffectedSopClassUid(DIALECTS[dialect].pull);
    request.setDataset(new Dataset(keys));
    const { answers, status, comment } = await ask(request);
    return { status, comment, matches: answers.filter((one) => one.hasDataset()).map((one) => one.getDataset().getElements()) };
  },

  async act({ uid, state, lock, dialect }) {
    const { push, pull } = DIALECTS[dialect];
    const request = new requests.NActionRequest(push, uid, STATE_ACTION, pull);
    request.setDataset(new Dataset({ ProcedureStepState: state, ...(lock ? { TransactionUID: lock } : {}) }));
    const { status, comment } = await ask(request);
    return { status, comment };
  },

  async set({ uid, lock, changes, dialect }) {
    const { push, pull } = DIALECTS[dialect];
    const request = new requests.NSetRequest(push, uid, pull);
    request.setDataset(new Dataset({ ...changes, ...(lock ? { TransactionUID: lock } : {}) }));
    const { status, comment } = await ask(request);
    return { status, comment };
  },

  async get({ uid, dialect }) {
    const { push, pull } = DIALECTS[dialect];
    const request = new requests.NGetRequest(push, uid, pull);
    const { answers, status, comment } = await ask(request);
    const last = answers.at(-1);
    return { status, comment, elements: last.hasDataset() ? last.getDataset().getElements() : null };
  },

  async move({ study, series, instance }) {
    const request = requests.CMoveRequest.createImageMoveRequest(calling, study, series, instance);
    const { answers, status, comment } = await ask(request);
    const last = answers.at(-1);
    return { status, comment, completed: last.getCompleted(), failed: last.getFailures(), object: received.get(instance) ?? null };
  },

  async record({ plan, beams, patient }) {
    const dataset = treatmentRecord(received.get(plan).elements, beams, patient);
    const { status, comment } = await ask(new requests.CStoreRequest(new Dataset(dataset, TransferSyntax.ExplicitVRLittleEndian)));
    return { status, comment, uid: dataset.SOPInstanceUID };
  },

  async storeMany({ plan, count }) {
    const images = Array.from({ length: count }, (_, index) => setupImage(received.get(plan).elements, index + 1));
    const asked = images.map((one) => new requests.CStoreRequest(new Dataset(one, TransferSyntax.ExplicitVRLittleEndian)));
    const uids = new Map(asked.map((request, index) => [request, images[index].SOPInstanceUID]));
    const acknowledged = [];
    asked.forEach((request) =>
      request.on('response', (response) => {
        if (response.getStatus() !== Status.Success) return;
        acknowledged.push(uids.get(request));
        console.log(JSON.stringify({ acknowledged: uids.get(request) }));
      })
    );
    let broken = '';
    try {
      await send(asked);
    } catch (error) {
      broken = String(error.message ?? error);
    }
    return { acknowledged, broken };
  },
};

async function main() {
  const server = new Server(Receiver);
  server.on('networkError', () => {});
  server.listen(Number(listenPort));
  console.log(JSON.stringify({ ready: true }));
  for await (const line of readline.createInterface({ input: process.stdin })) {
    const { command, ...rest } = JSON.parse(line);
    let answer;
    try {
      answer = await commands[command]({ dialect: 'trial', ...rest });
    } catch (error) {
      answer = { error: String(error.message ?? error) };
    }
    console.log(JSON.stringify(answer));
  }
  server.close();
}

// The library's log would stand between our lines.
log.setLevel('error');
main();
