using System.Runtime.InteropServices;
using System.Security.Cryptography;
using Microsoft.ML.RevRnn.Groups;
using Microsoft.ML.RevRnn.Heads;
using Microsoft.ML.RevRnn.Networks;

namespace Microsoft.ML.RevRnn.Training;

/// <summary>
/// The state of training between two batches, in a file that is replaced as a whole. Little-endian:
/// 8 bytes "RRNNCKPT"; int32 version (6); 32 bytes SHA-256 of what is trained on what and how; int64 ticks of 100 ns that training has taken;
/// the epochs, as <see cref="EpochReportContent"/> has them; what all batches have cost, as <see cref="RunTotals"/> writes it; of
/// the epoch under way int32 batches done, int32 batches (0 and 0 between epochs), float64 sum of losses, int64 predictions, int64 correct ones,
/// float64 sum of weights, and how it goes, as <see cref="EpochMeter"/> writes it; int32 batches that were skipped last, one after another; the parameters' buffers as float32; bool whether there are best weights, and these likewise; the optimiser's state; the
/// states that the next window of streams goes on from; 32 bytes SHA-256 of all that.
/// </summary>
internal sealed class TrainingCheckpoint
{
    private const int Version = 6;

    private static ReadOnlySpan<byte> Signature => "RRNNCKPT"u8;

    private readonly CheckpointFile _file;
    private readonly byte[] _identity;
    private readonly int _maximumEpochs;

    public TrainingCheckpoint(string path, byte[] identity, TrainingOptions options)
    {
        _file = new CheckpointFile(path);
        _identity = identity;
        _maximumEpochs = options.Epochs;
    }

    public bool HasFile => _file.Exists;

    /// <inheritdoc cref="CheckpointFile.Lock"/>
    public IDisposable Lock() => _file.Lock();

    /// <summary>Replaces the file.</summary>
    /// <exception cref="IOException">It cannot be written; the former one is still there.</exception>
    public void Save(ITrainer trainer, TrainingState state) => _file.Replace(writer => Write(writer, trainer, state));

    /// <summary>Goes back to the file's state, if there is one; all ranks of a group to that of rank 0's file.</summary>
    /// <param name="trainer">Receives weights and the optimiser's state.</param>
    /// <param name="leader">Decides for all ranks.</param>
    /// <returns>The rest of the state; null where there is no file.</returns>
    /// <exception cref="InvalidOperationException">The file is damaged, or of another training run.</exception>
    public TrainingState? Load(ITrainer trainer, Leader leader)
    {
        if (!leader.Decide(HasFile))
            return null;
        using var file = leader.IsHere ? File.OpenRead(_file.Path) : null;
        if (file != null)
            RequireIntact(file);
        var length = leader.Decide(file?.Length ?? 0);
        file?.Seek(0, SeekOrigin.Begin);
        using var source = leader.Group is { } group ? new GroupStream(group, file, length) : (Stream)file!;
        using var reader = new BinaryReader(source);
        reader.ReadBytes(Signature.Length);
        var version = reader.ReadInt32();
        if (version != Version)
            throw Unusable($"it has format version {version}, and this library reads version {Version}");
        if (!reader.ReadBytes(_identity.Length).AsSpan().SequenceEqual(_identity))
            throw Unusable("it is of a training run with other data, another network or other options, or with a memory budget and another number of threads");
        try
        {
            return Read(reader, trainer);
        }
        catch (Exception failure) when (failure is EndOfStreamException or InvalidDataException or FormatException)
        {
            throw Unusable("its content is none of this network: " + failure.Message);
        }
    }

    /// <summary>A failure of a file that is there.</summary>
    public InvalidOperationException Unusable(string why) =>
        new($"Training cannot go on from the checkpoint '{_file.Path}': {why}. Delete it to start anew, or set {nameof(TrainingOptions.CheckpointPath)} to another file.");

    private TrainingState Read(BinaryReader reader, ITrainer trainer)
    {
        var state = new TrainingState
        {
            Elapsed = new TimeSpan(reader.ReadInt64()),
            Epochs = ReadEpochs(reader),
            Totals = RunTotals.Read(reader),
            Batch = reader.ReadInt32(),
            BatchCount = reader.ReadInt32(),
            Sum = new BatchResult(reader.ReadDouble(), reader.ReadInt64(), reader.ReadInt64(), reader.ReadDouble()),
            Meter = EpochMeter.Read(reader),
            SkippedInRow = EpochReportContent.ReadCount(reader),
        };
        if (state.Batch < 0 || state.Batch > state.BatchCount)
            throw new InvalidDataException($"it is at batch {state.Batch} of {state.BatchCount}");
        Parameter[] parameters = [.. trainer.Parameters.All];
        foreach (var parameter in parameters)
            reader.BaseStream.ReadExactly(MemoryMarshal.AsBytes(parameter.Values));
        trainer.Import();
        float[][]? best = null;
        if (reader.ReadBoolean())
        {
            best = new float[parameters.Length][];
            for (var i = 0; i < best.Length; i++)
            {
                best[i] = new float[parameters[i].Values.Length];
                reader.BaseStream.ReadExactly(MemoryMarshal.AsBytes(best[i].AsSpan()));
            }
        }
        trainer.LoadState(reader);
        if (reader.BaseStream.Position != reader.BaseStream.Length - SHA256.HashSizeInBytes)
            throw new InvalidDataException("it has another length");
        return state with { BestWeights = best };
    }

    private EpochReport[] ReadEpochs(BinaryReader reader)
    {
        var epochs = EpochReportContent.Read(reader, EpochParts.All);
        return epochs.Length <= _maximumEpochs
            ? epochs
            : throw Unusable($"it is of {epochs.Length} epochs already, more than {nameof(TrainingOptions.MaximumEpochs)}, {_maximumEpochs}");
    }

    private void Write(BinaryWriter writer, ITrainer trainer, TrainingState state)
    {
        writer.Write(Signature);
        writer.Write(Version);
        writer.Write(_identity);
        writer.Write(state.Elapsed.Ticks);
        EpochReportContent.Write(writer, state.Epochs, EpochParts.All);
        state.Totals.Write(writer);
        writer.Write(state.Batch);
        writer.Write(state.BatchCount);
        writer.Write(state.Sum.LossSum);
        writer.Write(state.Sum.Predictions);
        writer.Write(state.Sum.Correct);
        writer.Write(state.Sum.Weight);
        state.Meter.Write(writer);
        writer.Write(state.SkippedInRow);
        foreach (var parameter in trainer.Parameters.All)
            writer.Write(MemoryMarshal.AsBytes(parameter.Values));
        writer.Write(state.BestWeights != null);
        foreach (var weights in state.BestWeights ?? [])
            writer.Write(MemoryMarshal.AsBytes(weights.AsSpan()));
        trainer.SaveState(writer);
    }

    /// <summary>The checksum comes first: nothing of a damaged file is believed.</summary>
    private void RequireIntact(FileStream file)
    {
        var length = file.Length - SHA256.HashSizeInBytes;
        var signature = new byte[Signature.Length];
        if (length < signature.Length || file.ReadAtLeast(signature, signature.Length, throwOnEndOfStream: false) < signature.Length
            || !signature.AsSpan().SequenceEqual(Signature))
        {
            throw Unusable("it is no checkpoint");
        }
        using var hash = IncrementalHash.CreateHash(HashAlgorithmName.SHA256);
        hash.AppendData(signature);
        var buffer = new byte[1 << 16];
        for (var left = length - signature.Length; left > 0;)
        {
            var count = file.Read(buffer, 0, (int)Math.Min(left, buffer.Length));
            hash.AppendData(buffer, 0, count);
            left -= count;
        }
        var expected = new byte[SHA256.HashSizeInBytes];
        file.ReadExactly(expected);
        if (!hash.GetHashAndReset().AsSpan().SequenceEqual(expected))
            throw Unusable("it is damaged");
    }
}
