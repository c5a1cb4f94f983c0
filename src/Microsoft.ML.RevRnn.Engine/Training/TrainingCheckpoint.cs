using System.Runtime.InteropServices;
using System.Security.Cryptography;
using Microsoft.ML.RevRnn.Networks;

namespace Microsoft.ML.RevRnn.Training;

/// <summary>
/// The state of training after an epoch, in a file that is replaced as a whole. Little-endian:
/// 8 bytes "RRNNCKPT"; int32 version (1); 32 bytes SHA-256 of what is trained on what and how; int32 epochs, and for each int32 number, float64 loss, accuracy,
/// validation loss and accuracy, and macro F1 where that is the metric (NaN for none); the parameters' buffers as float32; bool whether there are best weights, and these likewise; the
/// optimiser's state; 32 bytes SHA-256 of all that.
/// </summary>
internal sealed class TrainingCheckpoint
{
    private const int Version = 1;

    private static ReadOnlySpan<byte> Signature => "RRNNCKPT"u8;

    private readonly string _path;
    private readonly byte[] _identity;
    private readonly bool _hasMacroF1;

    public TrainingCheckpoint(string path, TrainingTask task, TrainingOptions options)
    {
        _path = Path.GetFullPath(path);
        _identity = Identity(task, options);
        _hasMacroF1 = options.ValidationMetric == ValidationMetric.MacroF1;
    }

    public bool HasFile => File.Exists(_path);

    /// <summary>Replaces the file.</summary>
    /// <exception cref="IOException">It cannot be written; the former one is still there.</exception>
    public void Save(INetworkTrainer trainer, IReadOnlyList<EpochReport> epochs, float[][]? bestWeights)
    {
        var temporary = $"{_path}.{Path.GetRandomFileName()}.tmp";
        try
        {
            using (var file = new FileStream(temporary, FileMode.CreateNew, FileAccess.ReadWrite))
            {
                using var hash = SHA256.Create();
                using (var hashed = new CryptoStream(file, hash, CryptoStreamMode.Write, leaveOpen: true))
                using (var writer = new BinaryWriter(hashed))
                    Write(writer, trainer, epochs, bestWeights);
                file.Write(hash.Hash!);
                file.Flush(flushToDisk: true);
            }
            File.Move(temporary, _path, overwrite: true);
        }
        catch (Exception failure) when (failure is IOException or UnauthorizedAccessException)
        {
            TryDelete(temporary);
            throw new IOException(
                $"The checkpoint '{_path}' could not be written, so training stops; a former one is unchanged, and training can go on from it. {failure.Message}", failure);
        }
    }

    /// <summary>Goes back to the file's state, if there is one.</summary>
    /// <param name="trainer">Receives weights and the optimiser's state.</param>
    /// <param name="restore">Receives the epochs' results and the best weights.</param>
    /// <exception cref="InvalidOperationException">The file is damaged, or of another training run.</exception>
    public void Load(INetworkTrainer trainer, Action<IReadOnlyList<EpochReport>, float[][]?> restore)
    {
        if (!HasFile)
            return;
        using var file = File.OpenRead(_path);
        RequireIntact(file);
        using var reader = new BinaryReader(file);
        file.Position = Signature.Length;
        var version = reader.ReadInt32();
        if (version != Version)
            throw Unusable($"it has format version {version}, and this library reads version {Version}");
        if (!reader.ReadBytes(_identity.Length).AsSpan().SequenceEqual(_identity))
            throw Unusable("it is of a training run with other data, another network or other options");
        var epochs = new EpochReport[reader.ReadInt32()];
        for (var i = 0; i < epochs.Length; i++)
        {
            epochs[i] = new EpochReport(reader.ReadInt32(), reader.ReadDouble(), reader.ReadDouble(),
                ReadOptional(reader), ReadOptional(reader))
            {
                ValidationMacroF1 = _hasMacroF1 ? ReadOptional(reader) : null,
            };
        }
        Parameter[] parameters = [.. trainer.Parameters.All];
        foreach (var parameter in parameters)
            file.ReadExactly(MemoryMarshal.AsBytes(parameter.Values));
        trainer.Import();
        float[][]? best = null;
        if (reader.ReadBoolean())
        {
            best = new float[parameters.Length][];
            for (var i = 0; i < best.Length; i++)
            {
                best[i] = new float[parameters[i].Values.Length];
                file.ReadExactly(MemoryMarshal.AsBytes(best[i].AsSpan()));
            }
        }
        trainer.LoadState(reader);
        restore(epochs, best);
    }

    private static double? ReadOptional(BinaryReader reader) => reader.ReadDouble() is var value && double.IsNaN(value) ? null : value;

    private static void TryDelete(string path)
    {
        try
        {
            File.Delete(path);
        }
        catch (Exception failure) when (failure is IOException or UnauthorizedAccessException)
        {
            // The failure that brought us here is what the user must see.
        }
    }

    private void Write(BinaryWriter writer, INetworkTrainer trainer, IReadOnlyList<EpochReport> epochs, float[][]? bestWeights)
    {
        writer.Write(Signature);
        writer.Write(Version);
        writer.Write(_identity);
        writer.Write(epochs.Count);
        foreach (var epoch in epochs)
        {
            writer.Write(epoch.Epoch);
            writer.Write(epoch.Loss);
            writer.Write(epoch.Accuracy);
            writer.Write(epoch.ValidationLoss ?? double.NaN);
            writer.Write(epoch.ValidationAccuracy ?? double.NaN);
            if (_hasMacroF1)
                writer.Write(epoch.ValidationMacroF1 ?? double.NaN);
        }
        foreach (var parameter in trainer.Parameters.All)
            writer.Write(MemoryMarshal.AsBytes(parameter.Values));
        writer.Write(bestWeights != null);
        foreach (var weights in bestWeights ?? [])
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

    private InvalidOperationException Unusable(string why) =>
        new($"Training cannot go on from the checkpoint '{_path}': {why}. Delete it to start anew, or set {nameof(TrainingOptions.CheckpointPath)} to another file.");

    /// <summary>SHA-256 of everything that the trained weights depend on.</summary>
    private static byte[] Identity(TrainingTask task, TrainingOptions options)
    {
        using var hash = SHA256.Create();
        using (var hashed = new CryptoStream(Stream.Null, hash, CryptoStreamMode.Write))
        using (var writer = new BinaryWriter(hashed))
        {
            writer.Write((int)options.Optimizer);
            writer.Write((int)options.Schedule);
            foreach (var value in (ReadOnlySpan<double>)
                [options.MaximumEpochs, options.BatchSize, options.LearningRate, options.WarmUpFraction, options.NonMonotoneEpochs, options.WeightDecay,
                 options.MaximumGradientNorm, options.MaximumStateGradientNorm, options.Dropout, options.ValidationFraction, options.MemoryBudget ?? 0,
                 options.MaximumMinutes ?? 0, options.Seed!.Value])
            {
                writer.Write(value);
            }
            if (options.ValidationMetric != ValidationMetric.Loss)
                writer.Write((int)options.ValidationMetric);
            writer.Write(task.Trainer.Parameters.Encoder.Shape.Vocabulary);
            // A record's text names all its options and their values.
            writer.Write(task.Trainer.Parameters.Encoder.Shape.Options.ToString());
            task.WriteIdentity(writer);
        }
        return hash.Hash!;
    }
}
