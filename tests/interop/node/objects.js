/* What the device sends, written from the plan it fetched and PS3.3; nothing of it is the workbench's own code. */
'use strict';

const { Dataset } = require('dcmjs-dimse');

const RT_ION_BEAMS_RECORD = '1.2.840.10008.5.1.4.1.1.481.9';
const CT_IMAGE = '1.2.840.10008.5.1.4.1.1.2';

function newUid() {
  return Dataset.generateDerivedUid();
}

/** DICOM date and time of a moment, local. */
function moment(at) {
  const two = (number) => String(number).padStart(2, '0');
  return {
    date: `${at.getFullYear()}${two(at.getMonth() + 1)}${two(at.getDate())}`,
    time: `${two(at.getHours())}${two(at.getMinutes())}${two(at.getSeconds())}`,
  };
}

function of(source, keywords) {
  return Object.fromEntries(keywords.map((keyword) => [keyword, source[keyword] ?? '']));
}

function ofPatientAndStudy(plan) {
  return {
    SpecificCharacterSet: 'ISO_IR 192',
    ...of(plan, ['PatientName', 'PatientID', 'PatientBirthDate', 'PatientSex', 'StudyInstanceUID', 'StudyDate', 'StudyTime']),
    ...of(plan, ['ReferringPhysicianName', 'StudyID', 'AccessionNumber']),
  };
}

function equipment() {
  return { Manufacturer: 'dcmjs-dimse', ManufacturerModelName: 'Independent device' };
}

function list(value) {
  return value === undefined ? [] : Array.isArray(value) ? value : [value];
}

/** Accessories of the planned beam as they are recorded (PS3.3 C.8.8.26): sequence of the plan, of the record, and what is carried over. */
const ACCESSORIES = [
  ['SnoutSequence', 'RecordedSnoutSequence', { SnoutID: 'SnoutID' }],
  ['IonBlockSequence', 'RecordedBlockSequence', { BlockNumber: 'ReferencedBlockNumber', BlockTrayID: 'BlockTrayID', BlockName: 'BlockName' }],
  [
    'RangeShifterSequence',
    'RecordedRangeShifterSequence',
    { RangeShifterNumber: 'ReferencedRangeShifterNumber', RangeShifterID: 'RangeShifterID' },
  ],
  [
    'LateralSpreadingDeviceSequence',
    'RecordedLateralSpreadingDeviceSequence',
    {
      LateralSpreadingDeviceNumber: 'ReferencedLateralSpreadingDeviceNumber',
      LateralSpreadingDeviceID: 'LateralSpreadingDeviceID',
    },
  ],
  [
    'RangeModulatorSequence',
    'RecordedRangeModulatorSequence',
    {
      RangeModulatorNumber: 'ReferencedRangeModulatorNumber',
      RangeModulatorID: 'RangeModulatorID',
      RangeModulatorType: 'RangeModulatorType',
      BeamCurrentModulationID: 'BeamCurrentModulationID',
    },
  ],
  [
    'IonWedgeSequence',
    'RecordedWedgeSequence',
    Object.fromEntries(['WedgeNumber', 'WedgeType', 'WedgeID', 'WedgeAngle', 'WedgeOrientation'].map((one) => [one, one])),
  ],
];
const COUNTS = ['Wedges', 'Compensators', 'Boli', 'Blocks', 'RangeShifters', 'LateralSpreadingDevices', 'RangeModulators'];
const ANGLES = [
  'GantryAngle',
  'GantryRotationDirection',
  'GantryPitchAngle',
  'GantryPitchRotationDirection',
  'BeamLimitingDeviceAngle',
  'BeamLimitingDeviceRotationDirection',
  'PatientSupportAngle',
  'PatientSupportRotationDirection',
  'TableTopPitchAngle',
  'TableTopPitchRotationDirection',
  'TableTopRollAngle',
  'TableTopRollRotationDirection',
];

function accessories(beam) {
  const found = {};
  for (const [planned, recorded, carried] of ACCESSORIES) {
    const items = list(beam[planned]);
    if (!items.length) continue;
    found[recorded] = items.map((item) =>
      Object.fromEntries(
        Object.entries(carried)
          .filter(([from]) => item[from] !== undefined)
          .map(([from, to]) => [to, item[from]])
      )
    );
  }
  return found;
}

function controlPoint(first, index, specified, delivered, at) {
  const { date, time } = moment(at);
  return {
    TreatmentControlPointDate: date,
    TreatmentControlPointTime: time,
    SpecifiedMeterset: specified,
    DeliveredMeterset: delivered,
    NominalBeamEnergy: first.NominalBeamEnergy,
    ...Object.fromEntries(ANGLES.filter((one) => first[one] !== undefined).map((one) => [one, first[one]])),
    TableTopVerticalPosition: first.TableTopVerticalPosition ?? 0,
    TableTopLongitudinalPosition: first.TableTopLongitudinalPosition ?? 0,
    TableTopLateralPosition: first.TableTopLateralPosition ?? 0,
    ...(first.SnoutPosition === undefined ? {} : { SnoutPosition: first.SnoutPosition }),
    ReferencedControlPointIndex: index,
  };
}

function recordedBeam(beam, { fraction, type, start, end, asked, ended }) {
  const now = new Date();
  const points = list(beam.IonControlPointSequence);
  return {
    ReferencedBeamNumber: beam.BeamNumber,
    ...of(beam, ['BeamName', 'BeamType', 'RadiationType', 'ScanMode', 'PatientSupportType', 'PatientSupportID']),
    ...Object.fromEntries(COUNTS.map((one) => [`NumberOf${one}`, beam[`NumberOf${one}`] ?? 0])),
    ...accessories(beam),
    FixationLightAzimuthalAngle: beam.FixationLightAzimuthalAngle ?? '',
    FixationLightPolarAngle: beam.FixationLightPolarAngle ?? '',
    CurrentFractionNumber: fraction,
    TreatmentDeliveryType: type,
    TreatmentTerminationStatus: ended,
    TreatmentVerificationStatus: 'VERIFIED',
    SpecifiedPrimaryMeterset: asked - start,
    DeliveredPrimaryMeterset: end - start,
    SpecifiedTreatmentTime: '',
    DeliveredTreatmentTime: 10,
    NumberOfControlPoints: 2,
    IonControlPointDeliverySequence: [
      controlPoint(points[0], points[0].ControlPointIndex, start, start, now),
      controlPoint(points[0], points.at(-1).ControlPointIndex, asked, end, now),
    ],
  };
}

/** An RT Ion Beams Treatment Record of the beams of a plan; `patient` replaces the Patient ID. */
function treatmentRecord(plan, beams, patient) {
  const { date, time } = moment(new Date());
  const planned = new Map(list(plan.IonBeamSequence).map((one) => [Number(one.BeamNumber), one]));
  const first = list(plan.IonBeamSequence)[0];
  return {
    ...ofPatientAndStudy(plan),
    ...(patient ? { PatientID: patient } : {}),
    ...equipment(),
    SOPClassUID: RT_ION_BEAMS_RECORD,
    SOPInstanceUID: newUid(),
    Modality: 'RTRECORD',
    SeriesInstanceUID: newUid(),
    SeriesNumber: 1,
    OperatorsName: '',
    InstanceNumber: 1,
    TreatmentDate: date,
    TreatmentTime: time,
    ReferencedRTPlanSequence: [{ ReferencedSOPClassUID: plan.SOPClassUID, ReferencedSOPInstanceUID: plan.SOPInstanceUID }],
    TreatmentMachineSequence: [
      {
        ...of(first, ['TreatmentMachineName', 'Manufacturer', 'ManufacturerModelName']),
        InstitutionName: '',
        DeviceSerialNumber: 'NODE-1',
      },
    ],
    NumberOfFractionsPlanned: list(plan.FractionGroupSequence)[0].NumberOfFractionsPlanned ?? '',
    PrimaryDosimeterUnit: 'MU',
    TreatmentSessionIonBeamSequence: beams.map((one) => recordedBeam(planned.get(one.number), one)),
  };
}

/** A small setup CT slice in the plan's study and frame of reference. */
function setupImage(plan, number) {
  const { date, time } = moment(new Date());
  return {
    ...ofPatientAndStudy(plan),
    ...equipment(),
    SOPClassUID: CT_IMAGE,
    SOPInstanceUID: newUid(),
    SeriesInstanceUID: newUid(),
    Modality: 'CT',
    SeriesNumber: 1,
    InstanceNumber: number,
    AcquisitionNumber: 1,
    SeriesDate: date,
    SeriesTime: time,
    ContentDate: date,
    ContentTime: time,
    FrameOfReferenceUID: plan.FrameOfReferenceUID,
    PositionReferenceIndicator: '',
    PatientPosition: 'HFS',
    ImageType: ['ORIGINAL', 'PRIMARY', 'AXIAL'],
    KVP: 120,
    SliceThickness: 1,
    PixelSpacing: [1, 1],
    ImageOrientationPatient: [1, 0, 0, 0, 1, 0],
    ImagePositionPatient: [0, 0, number],
    SamplesPerPixel: 1,
    PhotometricInterpretation: 'MONOCHROME2',
    Rows: 4,
    Columns: 4,
    BitsAllocated: 16,
    BitsStored: 16,
    HighBit: 15,
    PixelRepresentation: 0,
    RescaleIntercept: -1024,
    RescaleSlope: 1,
    PixelData: [new Uint16Array(16).fill(number).buffer],
    _vrMap: { PixelData: 'OW' },
  };
}

module.exports = { newUid, setupImage, treatmentRecord };
